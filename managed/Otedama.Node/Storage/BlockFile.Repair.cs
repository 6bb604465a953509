using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Otedama.Node;

/// <summary>What a disk does to records, told apart: an interrupted write, one flipped bit, other damage.</summary>
internal sealed partial class BlockFile
{
    /// <summary>CRC-32 as the lowest bit comes first.</summary>
    private const uint Polynomial = 0xedb8_8320;

    /// <summary>Where the record behind a single damaged one begins at the latest.</summary>
    private const int NextBytesMax = RecordHeaderBytes + PayloadBytesMax;

    /// <summary>
    /// Restores the record at _end when one flipped bit explains what is wrong with it. False at the end of the file and
    /// for an interrupted write; throws for damage that has intact records behind it.
    /// </summary>
    private bool TryMend(ILogger logger)
    {
        long left = RandomAccess.GetLength(_file) - _end;
        if (left < RecordHeaderBytes + 1)
        {
            return false;
        }
        byte[] bytes = new byte[Math.Min(left, NextBytesMax + 1)];
        RandomAccess.Read(_file, bytes, _end);
        long next = FindNext(bytes, left);
        int length = (int)(next < 0 ? left : next);
        byte[] record = bytes.AsSpan(0, Math.Min(length, bytes.Length)).ToArray();
        if (length > NextBytesMax || !FlipBack(record))
        {
            return next < 0 ? false : throw new InvalidDataException(
                $"{_path}: the {length} bytes from byte {_end} on are damaged, and intact blocks follow, so this is no "
                + "interrupted write. Restore the file from a copy, or move it away to begin a new chain. Nothing was changed.");
        }
        string kept = KeepCopy("damaged", length);
        RandomAccess.Write(_file, record, _end);
        RandomAccess.FlushToDisk(_file);
        NodeLog.BitMended(logger, _path, _end, kept);
        return true;
    }

    /// <summary>Distance from _end to the first intact record behind it; -1 when there is none.</summary>
    private long FindNext(ReadOnlySpan<byte> bytes, long left)
    {
        for (int at = RecordHeaderBytes + 1; at + RecordHeaderBytes < bytes.Length; at++)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
            if (length is > 0 and <= PayloadBytesMax && at + RecordHeaderBytes + (long)length <= left && TryRead(_end + at, out _))
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>
    /// Undoes one flipped bit of a record that is known to end where the span does; false when no single one explains it.
    /// </summary>
    private static bool FlipBack(Span<byte> record)
    {
        int length = record.Length - RecordHeaderBytes;
        int said = BinaryPrimitives.ReadInt32LittleEndian(record);
        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(record[4..]);
        if (BitOperations.PopCount(unchecked((uint)(said ^ length))) == 1)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record, length);
            return Checksum(record) == stored;
        }
        uint wrong = Checksum(record) ^ stored;
        if (said != length || wrong == 0)
        {
            return false;
        }
        if (BitOperations.PopCount(wrong) == 1)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Checksum(record));
            return true;
        }
        // A flipped bit changes the checksum by its distance from the end alone.
        uint change = 1;
        for (int bit = (length * 8) - 1; bit >= 0; bit--)
        {
            change = (change >> 1) ^ ((change & 1) * Polynomial);
            if (change == wrong)
            {
                record[RecordHeaderBytes + (bit / 8)] ^= (byte)(1 << (bit % 8));
                return true;
            }
        }
        return false;
    }

    private void CutTail(ILogger logger)
    {
        long left = RandomAccess.GetLength(_file) - _end;
        if (left == 0)
        {
            return;
        }
        string kept = KeepCopy("cut", left);
        RandomAccess.SetLength(_file, _end);
        NodeLog.TailCut(logger, _path, left, _end, kept);
    }

    /// <summary>
    /// Copies bytes from _end on to a new file, on disk before this returns; never over an older copy.
    /// </summary>
    private string KeepCopy(string why, long length)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{_path}.{why}-{_end}");
        string kept = name;
        for (int n = 1; File.Exists(kept); n++)
        {
            kept = string.Create(CultureInfo.InvariantCulture, $"{name}-{n}");
        }
        using FileStream copy = new(kept, FileMode.CreateNew, FileAccess.Write);
        byte[] buffer = new byte[1 << 16];
        for (long done = 0; done < length;)
        {
            int read = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done)), _end + done);
            if (read == 0)
            {
                break;
            }
            copy.Write(buffer, 0, read);
            done += read;
        }
        copy.Flush(flushToDisk: true);
        return kept;
    }
}
