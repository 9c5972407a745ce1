"""Copies a position-independent program and gives the copy a fixed place in memory.

    place.py PROGRAM COPY

Docker's engine starts its own program anew three times for each container, and each time
the linker fills some 250,000 addresses in: a quarter of such a start, for memory that is
written to is memory of its own. In the copy they are there already. It is the same program
otherwise. Ends with 1, and says why, where PROGRAM is of another kind.
"""
import struct
import sys

# Above what a system keeps free, below where it puts what has no place of its own.
PLACE = 0x10000000
# Kinds of files, of segments, of dynamic entries and of relocations, from <elf.h>.
ET_EXEC, ET_DYN, EM_X86_64 = 2, 3, 62
PT_LOAD, PT_DYNAMIC, PT_GNU_STACK = 1, 2, 0x6474E551
DT_PLTRELSZ, DT_STRTAB, DT_SYMTAB, DT_RELA, DT_RELASZ, DT_JMPREL = 2, 5, 6, 7, 8, 23
DT_RELR, DT_RELACOUNT, DT_FLAGS_1, DF_1_PIE = 36, 0x6FFFFFF9, 0x6FFFFFFB, 0x08000000
R_X86_64_RELATIVE = 8
# The dynamic entries that are addresses, from DT_PLTGOT to DT_VERNEED.
ADDRESSES = {3, 4, DT_STRTAB, DT_SYMTAB, DT_RELA, 12, 13, DT_JMPREL, 25, 26, 32, 0x6FFFFEF5,
             0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE}
NO_SECTION, ABSOLUTE, TLS = 0, 0xFFF1, 6


def placed(data):
    if data[:6] != b"\x7fELF\x02\x01" or struct.unpack_from("<HH", data, 16) != (ET_DYN, EM_X86_64):
        raise ValueError("it is no position-independent program for x86-64")

    def move(at, format="<Q"):
        value, = struct.unpack_from(format, data, at)
        struct.pack_into(format, data, at, value + PLACE)

    headers, = struct.unpack_from("<Q", data, 32)
    count, = struct.unpack_from("<H", data, 56)
    loads, dynamic = [], None
    for at in range(headers, headers + 56 * count, 56):
        kind, _, offset, address, _, size = struct.unpack_from("<IIQQQQ", data, at)
        if kind == PT_LOAD:
            loads.append((address, offset, size))
        if kind == PT_DYNAMIC:
            dynamic = range(offset, offset + size, 16)
        if kind != PT_GNU_STACK:
            move(at + 16)
            move(at + 24)
    if dynamic is None:
        raise ValueError("it is not linked dynamically")

    def in_file(address):
        for start, offset, size in loads:
            if start <= address < start + size:
                return address - start + offset
        raise ValueError(f"nothing is at {address:#x}")

    entries = {}
    for at in dynamic:
        tag, value = struct.unpack_from("<QQ", data, at)
        entries[tag] = (at + 8, value)
        if tag in ADDRESSES:
            move(at + 8)
        if tag == 0:
            break
    if DT_RELR in entries:
        raise ValueError("its relocations are packed")
    # The text of symbols begins where their table ends.
    symbols, texts = in_file(entries[DT_SYMTAB][1]), in_file(entries[DT_STRTAB][1])
    for at in range(symbols, texts - 23, 24):
        _, info, _, section, _, _ = struct.unpack_from("<IBBHQQ", data, at)
        if section not in (NO_SECTION, ABSOLUTE) and info & 15 != TLS:
            move(at + 8)
    start, size = in_file(entries[DT_RELA][1]), entries[DT_RELASZ][1]
    left = bytearray()
    for at in range(start, start + size, 24):
        where, info, addend = struct.unpack_from("<QQq", data, at)
        if info & 0xFFFFFFFF == R_X86_64_RELATIVE:
            struct.pack_into("<Q", data, in_file(where), addend + PLACE)
        else:
            left += struct.pack("<QQq", where + PLACE, info, addend)
    data[start:start + len(left)] = left
    struct.pack_into("<Q", data, entries[DT_RELASZ][0], len(left))
    if DT_RELACOUNT in entries:
        struct.pack_into("<Q", data, entries[DT_RELACOUNT][0], 0)
    if DT_JMPREL in entries:
        start = in_file(entries[DT_JMPREL][1])
        for at in range(start, start + entries[DT_PLTRELSZ][1], 24):
            slot = in_file(struct.unpack_from("<Q", data, at)[0])
            move(at)
            # Where a call comes by that is linked when it is made first.
            if struct.unpack_from("<Q", data, slot)[0]:
                move(slot)
    if DT_FLAGS_1 in entries:
        at, flags = entries[DT_FLAGS_1]
        struct.pack_into("<Q", data, at, flags & ~DF_1_PIE)
    struct.pack_into("<H", data, 16, ET_EXEC)
    move(24)
    # The sections, which nothing needs to run, would still be where they were.
    struct.pack_into("<Q", data, 40, 0)
    struct.pack_into("<HHH", data, 58, 0, 0, 0)
    return data


try:
    with open(sys.argv[1], "rb") as program:
        data = placed(bytearray(program.read()))
except (KeyError, ValueError, struct.error) as error:
    sys.exit(f"place.py: {sys.argv[1]}: {error}")
with open(sys.argv[2], "wb") as copy:
    copy.write(data)
