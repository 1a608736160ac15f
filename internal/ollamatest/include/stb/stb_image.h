// A stand-in for stb_image: the models of these tests read text, so no image is ever decoded.
#pragma once
typedef unsigned char stbi_uc;

static inline stbi_uc *stbi_load_from_memory(const stbi_uc *, int, int *, int *, int *, int) { return nullptr; }
static inline void stbi_image_free(void *) {}
