/* SPDX-License-Identifier: Apache-2.0 */
/* log_file.h: a commit's pages go to the write-ahead log in one piece. SQLite hands every page over in two pieces, some
 * forty of them a commit; here they gather until they must be on the disk, read or are no neighbours any more. */
#ifndef DOORCODE_STORE_SQLITE_LOG_FILE_H
#define DOORCODE_STORE_SQLITE_LOG_FILE_H

/* The name of a VFS of SQLite for a connection that writes and that syncs the log with each commit (synchronous=FULL):
 * other connections read the log only after that. NULL: it is not to be had, and the usual one does as well. Any thread. */
const char *log_file_vfs(void);

#endif
