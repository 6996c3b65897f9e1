import { describe, expect, test } from 'vitest';
import { Ring } from '../../../server/console/web/src/tail/ring';

const all = <T>(ring: Ring<T>) => Array.from({ length: ring.length }, (_, at) => ring.at(at));

describe('Ring', () => {
  test('drops the oldest when it is full, and says what', () => {
    const ring = new Ring<number>(3);
    expect([1, 2, 3].flatMap((item) => ring.pushBack(item))).toEqual([]);
    expect(ring.pushBack(4)).toEqual([1]);
    expect(all(ring)).toEqual([2, 3, 4]);
  });

  test('grows at the front, and then drops at the back', () => {
    const ring = new Ring<number>(3);
    [3, 2, 1].forEach((item) => ring.pushFront(item));
    expect(ring.pushFront(0)).toEqual([3]);
    expect(all(ring)).toEqual([0, 1, 2]);
    expect([ring.popBack(), ring.popFront(), all(ring)]).toEqual([2, 0, [1]]);
  });

  test('is bounded by weight too, but keeps one item whatever it weighs', () => {
    const ring = new Ring<number>(10, 10, (item) => item);
    [4, 4].forEach((item) => ring.pushBack(item));
    expect(ring.pushBack(5)).toEqual([4]);
    expect(ring.weight).toBe(9);
    expect(ring.pushBack(50)).toEqual([4, 5]);
    expect(all(ring)).toEqual([50]);
  });

  test('is as an array that is cut, whatever is done to it', () => {
    const ring = new Ring<number>(5);
    let model: number[] = [];
    for (let step = 0; step < 2000; step++) {
      const kind = (step * 7919) % 4;
      if (kind < 2) model = [...model, step].slice(-5), ring.pushBack(step);
      if (kind === 2) model = [step, ...model].slice(0, 5), ring.pushFront(step);
      if (kind === 3) expect(ring.popFront()).toBe(model.shift());
      expect(all(ring)).toEqual(model);
    }
    ring.clear();
    expect([ring.length, ring.weight, ring.at(0)]).toEqual([0, 0, undefined]);
  });
});
