// A stand-in for miniaudio: the models of these tests read text, so no sound is ever decoded.
#pragma once
#include <cerrno> // the file that includes this one leans on these
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

typedef unsigned long long ma_uint64;
enum ma_result { MA_SUCCESS = 0, MA_ERROR = -1 };
enum ma_format { ma_format_f32 = 5 };
enum ma_encoding_format { ma_encoding_format_wav = 1 };
struct ma_decoder_config {};
struct ma_decoder {};
struct ma_encoder_config {};
struct ma_encoder {};

static inline ma_decoder_config ma_decoder_config_init(ma_format, unsigned, unsigned) { return {}; }
static inline ma_result ma_decoder_init_memory(const void *, size_t, const ma_decoder_config *, ma_decoder *) { return MA_ERROR; }
static inline ma_result ma_decoder_get_length_in_pcm_frames(ma_decoder *, ma_uint64 *) { return MA_ERROR; }
static inline ma_result ma_decoder_read_pcm_frames(ma_decoder *, void *, ma_uint64, ma_uint64 *) { return MA_ERROR; }
static inline ma_result ma_decoder_uninit(ma_decoder *) { return MA_SUCCESS; }
static inline ma_encoder_config ma_encoder_config_init(ma_encoding_format, ma_format, unsigned, unsigned) { return {}; }
static inline ma_result ma_encoder_init_file(const char *, const ma_encoder_config *, ma_encoder *) { return MA_ERROR; }
static inline ma_result ma_encoder_write_pcm_frames(ma_encoder *, const void *, ma_uint64, ma_uint64 *) { return MA_ERROR; }
static inline void ma_encoder_uninit(ma_encoder *) {}
