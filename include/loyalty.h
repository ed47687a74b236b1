/*
 * loyalty.h: the C interface of the loyalty engine.
 *
 * A program is data: all rules of one loyalty program, as JSON. A member is everything that a host stores for one person. The
 * host reports events (a purchase, a return, a check-in), as JSON, and the engine answers each with an outcome, as JSON: what
 * changed and why, and a receipt. The library reads no clock, no file and no environment, starts no thread and keeps nothing
 * between calls: the same program, member and events give the same bytes everywhere.
 *
 *     loyalty_engine *engine = NULL;
 *     loyalty_member *member = NULL;
 *     loyalty_buffer outcome = {0};
 *     loyalty_error *error = NULL;
 *
 *     if (loyalty_engine_new(program, program_length, &engine, &error) == LOYALTY_STATUS_OK
 *         && loyalty_member_new(id, id_length, &member, &error) == LOYALTY_STATUS_OK
 *         && loyalty_apply(engine, member, event, event_length, 0, &outcome, &error) == LOYALTY_STATUS_OK) {
 *         printf("%s\n", (const char *)outcome.data);
 *     } else {
 *         fprintf(stderr, "%s\n", loyalty_error_message(error, NULL));
 *     }
 *     loyalty_error_free(error);
 *     loyalty_buffer_free(&outcome);
 *     loyalty_member_free(member);
 *     loyalty_engine_free(engine);
 *
 * examples/c/till.c is a first program that compiles and runs.
 *
 *
 * CONVENTIONS, from which every signature can be guessed
 *
 * Names. loyalty_engine_*, loyalty_member_*, loyalty_error_* and loyalty_buffer_* make, read and free the type of that name.
 * The verbs of the engine are short: loyalty_apply, loyalty_quote, loyalty_advance, loyalty_next_due, loyalty_progress. Those of
 * codes need no engine: loyalty_code_issue, loyalty_code_verify. Types and functions are in lower case, constants in upper case.
 *
 * Parameters come in this order: the engine, the member, what goes in, flags, what comes out, the error. What is only read is
 * const. There are no bools, enumerators or structs by value, and no numbers of more than 64 bits.
 *
 * Bytes go in as a pointer and a length. No byte 0 is needed behind them, and nothing of them is kept after the call. The
 * pointer is never NULL, not even for a length of 0. JSON and texts are UTF-8.
 *
 * Bytes come out in a loyalty_buffer, which the caller owns and frees with loyalty_buffer_free. Only functions whose result is
 * `const char *` lend: the texts of an error live as long as the error, those of loyalty_status_name and loyalty_version for
 * good; they are never freed. A lent text ends in a byte 0; where user data may hold a byte 0 of its own, `length` tells the
 * true length, and may be NULL if it does not matter.
 *
 * Handles. loyalty_engine, loyalty_member and loyalty_error are known by their pointers only. Who receives one owns it and
 * frees it once, with the function of its own name; in any order: an engine may be freed before the members it worked on.
 *
 * Out parameters are written, never read. The first thing that a function does is to empty them (NULL, 0, an empty buffer);
 * the last thing, if all went well, is to fill them. They need not be initialized. A buffer that still owns bytes must be
 * freed before it is passed as an out parameter again: what stands there is lost. An out parameter must not lie within the
 * bytes that go in, nor be another out parameter of the same call.
 *
 * Errors. Every function that can fail returns a loyalty_status: LOYALTY_STATUS_OK, which is 0, or the number of the stable
 * code of what was wrong. `error`, always the last parameter, may be NULL; else it receives NULL or a new loyalty_error, with
 * the code, the kind (which says what to do about it), the path of what was wrong and plain words. Asking NULL for its message
 * gives an empty text. A call that fails leaves the member exactly as it was. The functions that free return a status too; it
 * can be ignored.
 *
 * Wrong calls. A NULL where there must be none gives LOYALTY_STATUS_NULL_POINTER. A handle of another kind, a pointer that is
 * not aligned, a length that no memory has, a bit in `flags` without a meaning, and a member that another call is using at the
 * moment give LOYALTY_STATUS_INVALID_ARGUMENT. A text that is not UTF-8 gives LOYALTY_STATUS_INVALID_UTF8. The path of the
 * error is then the name of the parameter.
 *
 * What is NOT detected, and is undefined behaviour as everywhere in C: a pointer to memory that is not yours, a length greater
 * than what there is, a handle or a copied buffer that has been freed (some such calls are refused with
 * LOYALTY_STATUS_INVALID_ARGUMENT, by luck), changing the fields of a buffer, changing the bytes that go in during the call, and
 * freeing a handle while another thread is using it (for a member this is refused, unless it has just been freed).
 *
 * Threads. There are no globals and nothing is bound to a thread: a handle may be made in one, used in another and freed in a
 * third. An engine and an error never change, and any number of threads may use one at once. A member is for one thread at a
 * time; the functions that take a const member may overlap each other. Where two calls overlap that must not, the second is
 * refused and nothing is damaged: a host that gives each member a lock never sees this. Nothing is done at fork.
 *
 * Panics. A defect of the library does not end the program: it gives LOYALTY_STATUS_INTERNAL, and the run-time library of Rust
 * writes a line to the standard error stream. Please report it. Only a lack of memory ends the program.
 *
 * Sizes. The limits of documents, ids and numbers are those of the engine; what passes them gives
 * LOYALTY_STATUS_LIMIT_EXCEEDED or LOYALTY_STATUS_OUT_OF_RANGE, and nothing is ever cut short.
 *
 * Versions. A name or a number that was published stays. LOYALTY_ABI_VERSION changes when a program must be compiled again.
 */


#ifndef LOYALTY_H
#define LOYALTY_H

/* This file is made from crates/loyalty-ffi by `cargo xtask generated --write`: do not edit it. */

#include <stddef.h>
#include <stdint.h>

// The version of this interface, the number behind `.so.`. Compare it with `loyalty_abi_version` to know that the library which
// was found when the program started fits the header which the program was compiled with.
#define LOYALTY_ABI_VERSION 0

// The call did what it should.
#define LOYALTY_STATUS_OK 0

// The bytes are not JSON.
#define LOYALTY_STATUS_INVALID_JSON 100

// The bytes are not UTF-8.
#define LOYALTY_STATUS_INVALID_UTF8 101

// A field is not known here.
#define LOYALTY_STATUS_UNKNOWN_FIELD 102

// A field that is needed is not there.
#define LOYALTY_STATUS_MISSING_FIELD 103

// A key stands twice in one object.
#define LOYALTY_STATUS_DUPLICATE_KEY 104

// A value has another type than is needed.
#define LOYALTY_STATUS_WRONG_TYPE 105

// A value is of the right type, but not one of those that are possible.
#define LOYALTY_STATUS_INVALID_VALUE 106

// A number, an amount or a quantity is outside of what is possible.
#define LOYALTY_STATUS_OUT_OF_RANGE 107

// A number is not written as plain digits with at most one decimal point.
#define LOYALTY_STATUS_INVALID_NUMBER 108

// An amount has more decimal places than its currency.
#define LOYALTY_STATUS_TOO_MANY_DIGITS 109

// An instant, a date or a time of day cannot be read or does not exist.
#define LOYALTY_STATUS_INVALID_TIME 110

// An id is empty, too long or has characters that are not allowed.
#define LOYALTY_STATUS_INVALID_ID 111

// A document is larger, deeper or longer than the limit.
#define LOYALTY_STATUS_LIMIT_EXCEEDED 112

// An id stands twice where it must be unique.
#define LOYALTY_STATUS_DUPLICATE_ID 113

// Something is named that does not exist.
#define LOYALTY_STATUS_UNKNOWN_REFERENCE 114

// A program has mistakes; each is listed in the details.
#define LOYALTY_STATUS_PROGRAM_INVALID 200

// Two settings contradict each other.
#define LOYALTY_STATUS_CONTRADICTION 201

// A rung or rule can never take effect.
#define LOYALTY_STATUS_UNREACHABLE 202

// Definitions depend on each other in a circle.
#define LOYALTY_STATUS_CIRCULAR 203

// A condition stands where what it reads does not exist.
#define LOYALTY_STATUS_WRONG_PLACE 204

// The document is of a newer schema than this engine knows.
#define LOYALTY_STATUS_UNSUPPORTED_SCHEMA 205

// The event lies before the last instant that the member has been brought to.
#define LOYALTY_STATUS_OUT_OF_ORDER 300

// The id of an event was used before with other content.
#define LOYALTY_STATUS_ID_CONFLICT 301

// The order was recorded before under another event.
#define LOYALTY_STATUS_DUPLICATE_ORDER 302

// The order is not known, or can no longer be returned.
#define LOYALTY_STATUS_UNKNOWN_ORDER 303

// The order has no such line.
#define LOYALTY_STATUS_UNKNOWN_LINE 304

// More units are returned than are still out.
#define LOYALTY_STATUS_QUANTITY_EXCEEDED 305

// The program takes back whole orders only.
#define LOYALTY_STATUS_PARTIAL_RETURN_REFUSED 307

// There are fewer points than are asked for.
#define LOYALTY_STATUS_INSUFFICIENT_POINTS 308

// The amount of points asked for breaks the rules of paying with points.
#define LOYALTY_STATUS_TENDER_REFUSED 309

// The amount is in another currency than the program's.
#define LOYALTY_STATUS_WRONG_CURRENCY 310

// The member is enrolled already.
#define LOYALTY_STATUS_ALREADY_ENROLLED 311

// A number would grow past its limit.
#define LOYALTY_STATUS_OVERFLOW 312

// The program does not name such an account, tag or rule.
#define LOYALTY_STATUS_UNKNOWN_ACCOUNT 313

// The member that the event names is another one.
#define LOYALTY_STATUS_WRONG_MEMBER 314

// There is no granted rung that could be taken back.
#define LOYALTY_STATUS_NOTHING_GRANTED 340

// There is no hold of this name.
#define LOYALTY_STATUS_UNKNOWN_HOLD 315

// No points are pending that could be cancelled.
#define LOYALTY_STATUS_NOTHING_PENDING 316

// No lots that expired are remembered from then on.
#define LOYALTY_STATUS_NOTHING_TO_REINSTATE 317

// More points are to be taken than there are, and the account does not let that happen.
#define LOYALTY_STATUS_OVERDRAW_REFUSED 318

// The program has no such reward.
#define LOYALTY_STATUS_UNKNOWN_REWARD 320

// The reward cannot be had: its time, its condition, its limits or its kind say no.
#define LOYALTY_STATUS_REWARD_REFUSED 321

// There is no such redemption, or it can no longer be undone.
#define LOYALTY_STATUS_UNKNOWN_REDEMPTION 322

// The redemption has been undone before.
#define LOYALTY_STATUS_ALREADY_UNDONE 323

// The program does not let these points go to another member.
#define LOYALTY_STATUS_TRANSFER_REFUSED 324

// The rules of the conversion say no.
#define LOYALTY_STATUS_CONVERSION_REFUSED 325

// The program has no such conversion.
#define LOYALTY_STATUS_UNKNOWN_CONVERSION 326

// There is no such coupon in the program, or no such instance in the wallet of the member.
#define LOYALTY_STATUS_UNKNOWN_COUPON 327

// An instance of this name is in the wallet already.
#define LOYALTY_STATUS_DUPLICATE_COUPON 328

// The coupon cannot be issued, given away or held: its time, its rules or a hold say no.
#define LOYALTY_STATUS_COUPON_REFUSED 329

// The text is no code: a character is wrong, missing or too many.
#define LOYALTY_STATUS_CODE_MISREAD 335

// The code was not issued with any of the keys: it is a guess, or its key no longer counts.
#define LOYALTY_STATUS_CODE_NOT_GENUINE 336

// The membership is frozen: the member earns, spends and gives nothing until it is unfrozen.
#define LOYALTY_STATUS_MEMBER_FROZEN 350

// The membership is not frozen.
#define LOYALTY_STATUS_NOT_FROZEN 351

// The membership is over: only returns are taken still.
#define LOYALTY_STATUS_MEMBER_CLOSED 352

// The referral cannot be: a member refers another one, and enrolled earlier.
#define LOYALTY_STATUS_REFERRAL_REFUSED 353

// The document cannot become part of this member: it is the same member, of another program, or has something of the same name.
#define LOYALTY_STATUS_MERGE_REFUSED 354

// The other member has become part of this one before.
#define LOYALTY_STATUS_ALREADY_MERGED 355

// The program has no such plan, or the member does not have it.
#define LOYALTY_STATUS_UNKNOWN_PLAN 356

// The plan cannot be subscribed to, renewed or shared: its rules, its price or its trial say no.
#define LOYALTY_STATUS_PLAN_REFUSED 357

// The program has no such benefit.
#define LOYALTY_STATUS_UNKNOWN_BENEFIT 358

// The benefit cannot be used: the member is not entitled to it, or its quota is used up.
#define LOYALTY_STATUS_BENEFIT_REFUSED 359

// The household cannot be so: it is full, or somebody belongs to another one.
#define LOYALTY_STATUS_HOUSEHOLD_REFUSED 360

// The stored member is damaged: its numbers contradict each other.
#define LOYALTY_STATUS_MEMBER_CORRUPT 400

// The stored member does not fit the program, or is of a newer schema.
#define LOYALTY_STATUS_MEMBER_MISMATCH 401

// A pointer that must not be null is null.
#define LOYALTY_STATUS_NULL_POINTER 500

// A handle, length or number that was passed cannot be right.
#define LOYALTY_STATUS_INVALID_ARGUMENT 501

// The engine broke one of its own rules.
#define LOYALTY_STATUS_INTERNAL 900

// The outcome also says of every rule why it did or did not give: a bit of `flags`.
#define LOYALTY_FLAG_TRACE 1

// The outcome has entries and messages, but no receipts: for logs and batches, where nobody reads them. A bit of `flags`.
#define LOYALTY_FLAG_ENTRIES 2

// The bytes of a key of codes: its number, 0 to 7, and a secret of 16 random bytes.
#define LOYALTY_CODE_KEY_BYTES 17

// The engine of one program, or of its versions in time. It never changes: any number of threads may use it at once, each with its own members.
typedef struct loyalty_engine loyalty_engine;

// What went wrong, in words. It never changes: any number of threads may read it at once.
typedef struct loyalty_error loyalty_error;

// A member: everything that a host stores for one person. One thread at a time.
typedef struct loyalty_member loyalty_member;

// What a call returns: `LOYALTY_STATUS_OK`, or the number of what went wrong. A number never changes its meaning, and later
// versions bring new ones: treat what you do not know as a failure.
typedef uint32_t loyalty_status;

// Bytes that the library hands over: the caller owns them and frees them with `loyalty_buffer_free`.
//
// Texts and JSON are UTF-8. A byte 0 that `length` does not count follows them, so that they can be printed with `%s`; where
// there is nothing, `data` is NULL and `length` is 0. Do not change the fields. A copy of the struct is not a copy of the bytes:
// free only one of the two.
typedef struct {
  // The first byte, or NULL.
  const uint8_t *data;
  // How many bytes there are.
  size_t length;
  // For the library.
  size_t capacity;
} loyalty_buffer;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The stable name of a status (`unknown_field`), `ok` for 0, `unknown` for a number that this version does not know.
const char *loyalty_status_name(loyalty_status status);

// The version of the library, such as `0.1.0`.
const char *loyalty_version(void);

// The version of the interface that the library has: see `LOYALTY_ABI_VERSION`.
uint32_t loyalty_abi_version(void);

// Frees the bytes of a buffer and empties it, so that a second call does nothing. NULL is fine.
loyalty_status loyalty_buffer_free(loyalty_buffer *buffer);

// The status of the error; `LOYALTY_STATUS_OK` for NULL, which is how success leaves an error.
loyalty_status loyalty_error_status(const loyalty_error *error);

// The stable code, such as `unknown_field`: the same in C, Python and Rust. It is what `loyalty_status_name` says of the status.
const char *loyalty_error_code(const loyalty_error *error,
                               size_t *length);

// What to do about it: `fix_input`, `fix_program`, `refused`, `rebase`, `restore`, `fix_call` or `report`.
const char *loyalty_error_kind(const loyalty_error *error,
                               size_t *length);

// Where in the document it was (`purchase.lines[2].price`), empty for the whole; for a wrong call the name of the parameter.
const char *loyalty_error_path(const loyalty_error *error,
                               size_t *length);

// What was wrong, in plain words, for a log or a developer.
const char *loyalty_error_message(const loyalty_error *error,
                                  size_t *length);

// The whole error as JSON: `{"code", "kind", "path", "message"}`, and `as_of` for `out_of_order`, and `details` with every
// mistake of a program.
const char *loyalty_error_json(const loyalty_error *error,
                               size_t *length);

// Frees an error and the texts that it has lent. NULL is fine.
loyalty_status loyalty_error_free(loyalty_error *error);

// Makes the engine of a program, which is JSON; or of a timeline, which is JSON with the `versions` of a program and when each starts.
//
// The bytes are not needed afterwards. A program with mistakes gives `LOYALTY_STATUS_PROGRAM_INVALID`; `loyalty_error_json` then
// lists every mistake under `details`, each with its own code and path.
loyalty_status loyalty_engine_new(const uint8_t *program,
                                  size_t program_length,
                                  loyalty_engine **engine,
                                  loyalty_error **error);

// Frees an engine. NULL is fine. No other thread may be using it.
loyalty_status loyalty_engine_free(loyalty_engine *engine);

// The program or timeline of an engine as canonical JSON: every default filled in, the fields in a fixed order.
loyalty_status loyalty_engine_program_json(const loyalty_engine *engine,
                                           loyalty_buffer *json,
                                           loyalty_error **error);

// Makes a member without a history.
loyalty_status loyalty_member_new(const uint8_t *id,
                                  size_t id_length,
                                  loyalty_member **member,
                                  loyalty_error **error);

// Reads a member that `loyalty_member_to_json` has written, by this or an earlier version of the library, and checks it.
//
// A document whose numbers contradict each other gives `LOYALTY_STATUS_MEMBER_CORRUPT`: restore it from the journal.
loyalty_status loyalty_member_from_json(const uint8_t *json,
                                        size_t json_length,
                                        loyalty_member **member,
                                        loyalty_error **error);

// The member as canonical JSON, to be stored: the same bytes on every platform and in every language.
loyalty_status loyalty_member_to_json(const loyalty_member *member,
                                      loyalty_buffer *json,
                                      loyalty_error **error);

// Makes a second member that is like the first; each changes and is freed on its own.
loyalty_status loyalty_member_clone(const loyalty_member *member,
                                    loyalty_member **copy,
                                    loyalty_error **error);

// Frees a member. NULL is fine. A member that another call is using is left alone.
loyalty_status loyalty_member_free(loyalty_member *member);

// The id of a member.
loyalty_status loyalty_member_id(const loyalty_member *member,
                                 loyalty_buffer *id,
                                 loyalty_error **error);

// How many entries the journal of a member has: compare and swap on it when you store the member.
loyalty_status loyalty_member_version(const loyalty_member *member,
                                      uint64_t *version,
                                      loyalty_error **error);

// The available points of an account less the points owed, as of the last event or advance; 0 for an account that never had any.
loyalty_status loyalty_member_balance(const loyalty_member *member,
                                      const uint8_t *account,
                                      size_t account_length,
                                      int64_t *balance,
                                      loyalty_error **error);

// The id of the rung that a member holds in a track; empty before the first event and for a track that does not exist.
loyalty_status loyalty_member_tier(const loyalty_member *member,
                                   const uint8_t *track,
                                   size_t track_length,
                                   loyalty_buffer *rung,
                                   loyalty_error **error);

// The id of the rung held in the track that a member is called by: the one that the program calls primary, or its only one;
// empty before the first event and where there is no such track.
loyalty_status loyalty_member_primary_tier(const loyalty_member *member,
                                           loyalty_buffer *rung,
                                           loyalty_error **error);

// The id of the stage of the lifecycle that a member is in; empty before the first event and where no stage takes the member.
loyalty_status loyalty_member_stage(const loyalty_member *member,
                                    loyalty_buffer *stage,
                                    loyalty_error **error);

// The level of early warning of a member: `none`, `light`, `moderate` or `severe`.
loyalty_status loyalty_member_warning(const loyalty_member *member,
                                      loyalty_buffer *level,
                                      loyalty_error **error);

// Whether attempts to win a member back have been given up since the last purchase: 1 if they have, else 0.
loyalty_status loyalty_member_is_abandoned(const loyalty_member *member,
                                           uint32_t *abandoned,
                                           loyalty_error **error);

// Takes an event, which is JSON: what is due before it happens first, then the event, then what follows from it.
//
// The outcome is JSON: the journal entries, messages, the receipt of a purchase or a return, the member's new version and when
// it is due next. An event that the member has taken before changes nothing, and its outcome says `duplicate`. If the event
// is refused, the member is exactly as it was.
loyalty_status loyalty_apply(const loyalty_engine *engine,
                             loyalty_member *member,
                             const uint8_t *event,
                             size_t event_length,
                             uint32_t flags,
                             loyalty_buffer *outcome,
                             loyalty_error **error);

// What `loyalty_apply` would answer, without changing the member: for a price shown before it is paid.
loyalty_status loyalty_quote(const loyalty_engine *engine,
                             const loyalty_member *member,
                             const uint8_t *event,
                             size_t event_length,
                             uint32_t flags,
                             loyalty_buffer *outcome,
                             loyalty_error **error);

// Brings a member to an instant (`2027-01-01T00:00:00+08:00`): everything that is due until then happens, in its order.
loyalty_status loyalty_advance(const loyalty_engine *engine,
                               loyalty_member *member,
                               const uint8_t *to,
                               size_t to_length,
                               loyalty_buffer *outcome,
                               loyalty_error **error);

// When time alone changes a member next (`2026-12-31T16:00:00Z`), to index; empty if it never does.
//
// It is never later than that change. Call `loyalty_advance` for the members that are due, once a night, say.
loyalty_status loyalty_next_due(const loyalty_engine *engine,
                                const loyalty_member *member,
                                loyalty_buffer *due,
                                loyalty_error **error);

// Where a member stands in each track, what is missing for the other rungs and for keeping the present one, and how far the member
// is in each task: a JSON object with the arrays `tracks` and `tasks`.
loyalty_status loyalty_progress(const loyalty_engine *engine,
                                const loyalty_member *member,
                                loyalty_buffer *json,
                                loyalty_error **error);

// The figures of a member in a ranking of the program at an instant (`2026-03-31T23:00:00+08:00`), if nothing happens until then:
// JSON with `figures` and `key`. Sort members by the bytes of their keys, all equally long, and the best one is the first. Empty
// where the ranking does not take the member, before the first event, and after the end of a membership.
loyalty_status loyalty_ranking(const loyalty_engine *engine,
                               const loyalty_member *member,
                               const uint8_t *id,
                               size_t id_length,
                               const uint8_t *at,
                               size_t at_length,
                               loyalty_buffer *json,
                               loyalty_error **error);

// The available points of each account by the instants at which they expire, up to the end of a day (`2026-12-31`), then one
// row for the rest, less what is owed: a JSON array. The rows of an account sum to its balance.
loyalty_status loyalty_expiring(const loyalty_engine *engine,
                                const loyalty_member *member,
                                const uint8_t *by,
                                size_t by_length,
                                loyalty_buffer *json,
                                loyalty_error **error);

// The points of each account by the month in which they were earned and the month in which they expire, with what they cost and
// are expected to cost where the program says so: a JSON array.
loyalty_status loyalty_liability(const loyalty_engine *engine,
                                 const loyalty_member *member,
                                 loyalty_buffer *json,
                                 loyalty_error **error);

// What a member is entitled to, benefit by benefit: a value, or how many units are left and when there are more; where the member
// is not entitled, what is lacking. A JSON array.
loyalty_status loyalty_benefits(const loyalty_engine *engine,
                                const loyalty_member *member,
                                loyalty_buffer *json,
                                loyalty_error **error);

// Says in a sentence what a leaf of a condition lacks, in a language (`en`, `zh`).
//
// `unmet` is the JSON of one element of a list called `unmet`, as a trace or a progress has it. `messages` is JSON with texts to put
// in the place of the built-in ones, `{}` for none; `docs/messages.md` lists their keys. Names and days are those of the program.
loyalty_status loyalty_sentence(const loyalty_engine *engine,
                                const uint8_t *unmet,
                                size_t unmet_length,
                                const uint8_t *messages,
                                size_t messages_length,
                                const uint8_t *language,
                                size_t language_length,
                                loyalty_buffer *sentence,
                                loyalty_error **error);

// Makes the code of a template (which coupon it is, up to 1,048,575) and a serial that was not given before:
// `XXXX-XXXX-XXXX-XXXX-XXXX`, at most 39 characters. The same numbers and key give the same code.
//
// A guess at a code is right once in 2^60 times; a wrong character, two characters that changed places, and one too few or too
// many are found. `key` is LOYALTY_CODE_KEY_BYTES bytes.
loyalty_status loyalty_code_issue(const uint8_t *key,
                                  size_t key_length,
                                  uint32_t template_number,
                                  uint64_t serial,
                                  loyalty_buffer *code,
                                  loyalty_error **error);

// Reads a code as a person writes it and verifies it against keys that count, written one behind the other. It needs no line:
// a till can do it alone.
//
// LOYALTY_STATUS_CODE_MISREAD: it is no code, ask to look again. LOYALTY_STATUS_CODE_NOT_GENUINE: it was issued with none of the
// keys. `code` receives it as it was issued: the name of the instance in a wallet, if the host issued one.
loyalty_status loyalty_code_verify(const uint8_t *keys,
                                   size_t keys_length,
                                   const uint8_t *text,
                                   size_t text_length,
                                   uint32_t *template_number,
                                   uint64_t *serial,
                                   loyalty_buffer *code,
                                   loyalty_error **error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LOYALTY_H */
