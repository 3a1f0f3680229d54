/* libarchive (archive.h is its whole face): gzip and zip, which reports come in. */
#include <archive.h>
#include <archive_entry.h>

/* The macro casts, which Swift does not import. */
static inline int carchive_is_file(struct archive_entry *entry) { return archive_entry_filetype(entry) == AE_IFREG; }
