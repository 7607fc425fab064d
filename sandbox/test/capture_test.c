/* First or last bytes of a stream, whatever pieces it comes in. */
#include "capture.h"
#include "check.h"

enum { STREAM = 1000, CAPACITY = 64 };

static void expect(bool from_end, size_t total, size_t piece)
{
	uint8_t stream[STREAM];
	struct capture capture;
	size_t kept = total < CAPACITY ? total : CAPACITY;
	const uint8_t *expected = from_end ? stream + total - kept : stream;

	for (size_t i = 0; i < STREAM; i++)
		stream[i] = (uint8_t)(i * 7);
	CHECK(capture_begin(&capture, CAPACITY, from_end) == 0);
	for (size_t at = 0; at < total; at += piece)
		capture_add(&capture, stream + at, total - at < piece ? total - at : piece);
	CHECK(capture_finish(&capture) == 0);
	CHECK(capture_finish(&capture) == 0); /* a second time changes nothing */
	CHECK(capture.total == total && capture.length == kept);
	CHECK(memcmp(capture.data, expected, kept) == 0);
	capture_free(&capture);
}

int main(void)
{
	struct capture nothing;

	for (size_t total = 0; total <= STREAM; total += total < 2 * CAPACITY ? 1 : 97)
		for (size_t piece = 1; piece <= STREAM; piece = piece * 3 + 1) {
			expect(false, total, piece);
			expect(true, total, piece);
		}
	CHECK(capture_begin(&nothing, 0, true) == 0);
	capture_add(&nothing, (const uint8_t *)"x", 1);
	CHECK(capture_finish(&nothing) == 0 && nothing.length == 0 && nothing.total == 1);
	capture_free(&nothing);
	return EXIT_SUCCESS;
}
