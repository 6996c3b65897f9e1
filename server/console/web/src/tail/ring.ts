// A bounded sequence that grows at either end: what is over the bound goes at the other end. The bound is in items and in
// weight (bytes), since a log may hold records of 1 MiB.
export class Ring<T> {
  private slots: (T | undefined)[];
  private first = 0;
  private count = 0;
  private total = 0;

  constructor(
    readonly maxItems: number,
    readonly maxWeight: number = Number.POSITIVE_INFINITY,
    private readonly weigh: (item: T) => number = () => 1,
  ) {
    this.slots = new Array<T | undefined>(maxItems);
  }

  get length(): number {
    return this.count;
  }

  get weight(): number {
    return this.total;
  }

  // Undefined outside of 0 … length - 1.
  at(index: number): T | undefined {
    return index < 0 || index >= this.count ? undefined : this.slots[this.slot(index)];
  }

  // Returns what had to go at the front, oldest first.
  pushBack(item: T): T[] {
    const gone = this.makeRoom(item, () => this.popFront());
    this.slots[this.slot(this.count)] = item;
    this.count++;
    this.total += this.weigh(item);
    return gone;
  }

  // Returns what had to go at the back, newest first.
  pushFront(item: T): T[] {
    const gone = this.makeRoom(item, () => this.popBack());
    this.first = (this.first + this.maxItems - 1) % this.maxItems;
    this.slots[this.first] = item;
    this.count++;
    this.total += this.weigh(item);
    return gone;
  }

  popFront(): T | undefined {
    return this.take(0, () => (this.first = (this.first + 1) % this.maxItems));
  }

  popBack(): T | undefined {
    return this.take(this.count - 1, () => {});
  }

  clear(): void {
    this.slots = new Array<T | undefined>(this.maxItems);
    this.first = 0;
    this.count = 0;
    this.total = 0;
  }

  private slot(index: number): number {
    return (this.first + index) % this.maxItems;
  }

  // One item that alone weighs more than the bound is kept all the same.
  private makeRoom(item: T, pop: () => T | undefined): T[] {
    const gone: T[] = [];
    const weight = this.weigh(item);
    while (this.count > 0 && (this.count >= this.maxItems || this.total + weight > this.maxWeight)) {
      gone.push(pop() as T);
    }
    return gone;
  }

  private take(index: number, advance: () => void): T | undefined {
    if (this.count === 0) return undefined;
    const at = this.slot(index);
    const item = this.slots[at] as T;
    this.slots[at] = undefined; // so that it can be collected
    advance();
    this.count--;
    this.total -= this.weigh(item);
    return item;
  }
}
