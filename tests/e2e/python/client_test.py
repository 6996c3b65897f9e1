"""A Python client made from the .proto files alone does all that replog offers a client.

Python's protobuf refuses a message with any malformed string, so each record that comes back was parsed strictly.
"""

import hashlib
import threading
import unittest

import grpc

from replogd import Replogd
from stubs import admin_grpc, admin_pb2, details_pb2, log_grpc, log_pb2, record_pb2, status_pb2

DEADLINE_S = 60  # ends a test that hangs


def new_record(text, channel="room", **fields):
    return record_pb2.NewRecord(channel=channel, text=text, **fields)


def error_info(error):
    """The ErrorInfo of an RpcError, decoded from the trailer as any client of gRPC's error model does it."""
    trailer = dict(error.trailing_metadata())["grpc-status-details-bin"]
    return info_of(status_pb2.Status.FromString(trailer))


def info_of(status):
    for detail in status.details:
        info = details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info
    raise AssertionError(f"no ErrorInfo in {status}")


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Replogd())
        self.connect()

    def connect(self):
        channel = self.enterContext(grpc.insecure_channel(self.server.address))
        self.log = log_grpc.ReplicationLogStub(channel)
        self.admin = admin_grpc.LogAdminStub(channel)

    def append(self, *records, log=""):
        request = log_pb2.AppendRequest(log=log, records=records)
        return self.log.Append(request, timeout=DEADLINE_S)

    def append_texts(self, count, channel="room"):
        return self.append(*[new_record(f"{channel} {i}", channel) for i in range(count)])

    def subscribe(self, **fields):
        return self.log.Subscribe(log_pb2.SubscribeRequest(**fields), timeout=DEADLINE_S)

    def replay(self, **fields):
        """All records of a subscription that ends by itself."""
        return [record for frame in self.subscribe(**fields) for record in frame.records]

    def read(self, **fields):
        return self.log.Read(log_pb2.ReadRequest(**fields), timeout=DEADLINE_S)

    def refused(self, call):
        with self.assertRaises(grpc.RpcError) as caught:
            call()
        return caught.exception

    # ---- append

    def test_append_answers_with_sequences_time_and_position(self):
        first = self.append_texts(3)
        self.assertTrue(first.HasField("first_sequence"))
        self.assertEqual((first.first_sequence, first.last_sequence), (0, 2))
        self.assertEqual(first.durability, record_pb2.DURABILITY_SYNC)
        self.assertGreater(first.time.seconds, 1_600_000_000)
        self.assertEqual(first.position.next_sequence, 3)
        self.assertTrue(first.position.log_uuid)
        self.assertEqual(self.append_texts(1).first_sequence, 3)

    def test_every_kind_of_body_and_header_comes_back_as_it_was(self):
        sent = [
            record_pb2.NewRecord(channel="größe/漢字 😀", text="Hello everyone!"),
            record_pb2.NewRecord(channel="c", text=""),
            record_pb2.NewRecord(channel="c", payload=bytes(range(256))),
            record_pb2.NewRecord(channel="c", payload=b""),
            record_pb2.NewRecord(channel="c"),
            record_pb2.NewRecord(channel="c", text="t", headers={"user": "änn", "empty": "", "x": "y" * 1000}),
        ]
        self.append(*sent)
        got = self.replay(until_sequence=len(sent))
        self.assertEqual([record.sequence for record in got], list(range(len(sent))))
        for record, original in zip(got, sent):
            self.assertTrue(record.HasField("sequence") and record.HasField("time"))
            self.assertEqual(record.channel, original.channel)
            self.assertEqual(record.WhichOneof("body"), original.WhichOneof("body"))
            self.assertEqual((record.text, record.payload), (original.text, original.payload))
            self.assertEqual(dict(record.headers), dict(original.headers))

    def test_append_stream_answers_in_order_and_stays_open_after_a_refusal(self):
        requests = [
            log_pb2.AppendRequest(records=[new_record("a"), new_record("b")]),
            log_pb2.AppendRequest(),
            log_pb2.AppendRequest(log="no-such-log", records=[new_record("c")]),
            log_pb2.AppendRequest(records=[new_record("d")]),
        ]
        answers = list(self.log.AppendStream(iter(requests), timeout=DEADLINE_S))
        self.assertEqual([answer.WhichOneof("outcome") for answer in answers],
                         ["appended", "error", "error", "appended"])
        self.assertEqual(answers[0].appended.last_sequence, 1)
        self.assertEqual(answers[1].error.code, grpc.StatusCode.INVALID_ARGUMENT.value[0])
        self.assertEqual(info_of(answers[1].error).reason, "EMPTY_BATCH")
        self.assertEqual(info_of(answers[2].error).reason, "LOG_NOT_FOUND")
        self.assertEqual(answers[3].appended.first_sequence, 2)

    def test_append_stream_pipelines(self):
        count = 500
        requests = (log_pb2.AppendRequest(records=[new_record(str(i))]) for i in range(count))
        answers = list(self.log.AppendStream(requests, timeout=DEADLINE_S))
        self.assertEqual([answer.appended.first_sequence for answer in answers], list(range(count)))

    # ---- subscribe

    def test_replay_from_zero_then_tail_live(self):
        self.append_texts(1000)
        stream = self.subscribe()
        seen = []
        appended = False
        for frame in stream:
            seen += [record.sequence for record in frame.records]
            self.assertEqual(frame.next_sequence, len(seen))
            if frame.caught_up and not appended:
                self.assertEqual(len(seen), 1000)
                self.append_texts(5)
                appended = True
            if len(seen) == 1005:
                break
        stream.cancel()
        self.assertEqual(seen, list(range(1005)))

    def test_no_gap_and_no_duplicate_while_appends_go_on(self):
        total = 3000
        writer = threading.Thread(target=lambda: [self.append_texts(10) for _ in range(total // 10)])
        writer.start()
        self.addCleanup(writer.join)
        self.assertEqual([record.sequence for record in self.replay(until_sequence=total)], list(range(total)))

    def test_filter_gives_matching_records_and_still_moves_on(self):
        for i in range(30):
            self.append_texts(1, ["room-a", "room-b", "other"][i % 3])
        exact = self.replay(channels=["room-b"], until_sequence=30)
        self.assertEqual([record.sequence for record in exact], list(range(1, 30, 3)))
        prefix = self.replay(channels=["room-*"], until_sequence=30)
        self.assertEqual([record.sequence for record in prefix], [i for i in range(30) if i % 3 != 2])
        frames = list(self.subscribe(channels=["nobody"], until_sequence=30))
        self.assertEqual(frames[-1].next_sequence, 30)
        self.assertFalse([record for frame in frames for record in frame.records])

    def test_resume_from_next_sequence_after_a_kill_of_the_server(self):
        self.append_texts(700)
        stream = self.subscribe(max_frame_bytes=4096)
        frame = next(stream)
        seen = [record.sequence for record in frame.records]
        self.assertLess(len(seen), 700)
        stream.cancel()
        self.server.kill()
        self.server.start()
        self.connect()
        rest = self.replay(from_sequence=frame.next_sequence, until_sequence=700)
        self.assertEqual(seen + [record.sequence for record in rest], list(range(700)))

    def test_resume_from_position_of_a_frame_and_of_an_append(self):
        after = self.append_texts(10).position
        self.append_texts(10)
        rest = self.replay(from_position=after, until_sequence=20)
        self.assertEqual([record.sequence for record in rest], list(range(10, 20)))
        first_frame = next(self.subscribe(from_sequence=5))
        self.assertEqual(first_frame.position.log_uuid, after.log_uuid)
        self.assertTrue(first_frame.HasField("first_kept_sequence"))

    def test_new_only_starts_at_the_end(self):
        self.append_texts(10)
        stream = self.subscribe(new_only=True, until_sequence=11)
        first = next(stream)  # the stream stands at the end before this append
        self.assertEqual(first.next_sequence, 10)
        self.append_texts(1)
        self.assertEqual([record.sequence for frame in stream for record in frame.records], [10])

    # ---- read

    def test_read_pages_forward(self):
        self.append_texts(25)
        pages, at = [], 0
        while not pages or not pages[-1].at_end:
            pages.append(self.read(from_sequence=at, max_records=10))
            at = pages[-1].next_sequence
        self.assertEqual([record.sequence for page in pages for record in page.records], list(range(25)))
        self.assertEqual(pages[0].committed_end, 25)

    def test_read_pages_backward_through_one_channel(self):
        for i in range(60):
            self.append_texts(1, "odd" if i % 2 else "even")
        pages = [self.read(backward=True, channels=["odd"], max_records=7)]
        while not pages[-1].at_end:
            pages.append(self.read(backward=True, channels=["odd"], max_records=7,
                                   from_sequence=pages[-1].next_sequence))
        sequences = [record.sequence for page in pages for record in page.records]
        self.assertEqual(sequences, list(range(59, 0, -2)))
        self.assertEqual(len(pages[0].records), 7)

    # ---- errors

    def test_errors_carry_their_reason_and_facts(self):
        self.append_texts(3)
        past = self.refused(lambda: list(self.subscribe(from_sequence=4)))
        self.assertEqual(past.code(), grpc.StatusCode.OUT_OF_RANGE)
        info = error_info(past)
        self.assertEqual((info.reason, info.domain), ("PAST_THE_END", "replog"))
        self.assertEqual(info.metadata["end_sequence"], "3")

        unknown = self.refused(lambda: self.append(new_record("x"), log="no-such-log"))
        self.assertEqual(unknown.code(), grpc.StatusCode.NOT_FOUND)
        self.assertEqual(error_info(unknown).reason, "LOG_NOT_FOUND")

        bad_channel = self.refused(lambda: self.append(new_record("x", channel="a*")))
        self.assertEqual(bad_channel.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(error_info(bad_channel).reason, "INVALID_FIELD")
        self.assertIn("channel", error_info(bad_channel).metadata["field"])

    def test_a_position_of_another_log_is_refused(self):
        self.append_texts(3)
        self.admin.CreateLog(admin_pb2.CreateLogRequest(log="other"), timeout=DEADLINE_S)
        elsewhere = self.append(new_record("x"), log="other").position
        error = self.refused(lambda: list(self.subscribe(from_position=elsewhere)))
        self.assertEqual(error.code(), grpc.StatusCode.ABORTED)
        self.assertEqual(error_info(error).reason, "WRONG_LOG")

    def test_a_start_that_was_trimmed_away_is_refused_with_what_is_left(self):
        self.append_texts(10)
        self.admin.TrimLog(admin_pb2.TrimLogRequest(before_sequence=4), timeout=DEADLINE_S)
        error = self.refused(lambda: list(self.subscribe(from_sequence=0)))
        self.assertEqual(error.code(), grpc.StatusCode.OUT_OF_RANGE)
        self.assertEqual(error_info(error).reason, "BELOW_FIRST_KEPT")
        first_kept = int(error_info(error).metadata["first_kept_sequence"])
        kept = self.replay(until_sequence=10)
        self.assertEqual([record.sequence for record in kept], list(range(first_kept, 10)))

    def test_a_backup_is_its_files_between_two_manifests(self):
        messages = list(self.admin.Backup(admin_pb2.BackupRequest(), timeout=DEADLINE_S))
        first, last = messages[0].manifest, messages[-1].manifest
        self.assertEqual([file.name for file in first.files], [file.name for file in last.files])
        contents = [b""] * len(last.files)
        for message in messages[1:-1]:
            self.assertEqual(message.piece.offset, len(contents[message.piece.file]))
            contents[message.piece.file] += message.piece.data
        for file, data in zip(last.files, contents):
            self.assertEqual(file.bytes, len(data), file.name)
            self.assertEqual(file.sha256, hashlib.sha256(data).hexdigest(), file.name)
        self.assertIn("default", [log.name for log in last.logs])

    # ---- the server's end

    def test_a_graceful_stop_ends_streams_with_a_retry_hint(self):
        self.append_texts(1)
        stream = self.subscribe()
        next(stream)
        stopper = threading.Thread(target=self.server.stop)
        stopper.start()
        error = self.refused(lambda: list(stream))
        stopper.join()
        self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(error_info(error).reason, "SHUTTING_DOWN")
        self.assertEqual(self.server.process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
