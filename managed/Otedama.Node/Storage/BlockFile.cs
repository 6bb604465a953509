using System.Buffers.Binary;
using System.IO.Hashing;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Otedama.Core;
using Otedama.Interop;

namespace Otedama.Node;

/// <summary>
/// Blocks in order of arrival, append-only. Layout: 8 bytes magic, 32 bytes genesis id, then records of
/// u32 length, u32 CRC-32 over length and payload, payload. One writer.
/// </summary>
internal sealed partial class BlockFile : IDisposable
{
    private const int FileHeaderBytes = 40, RecordHeaderBytes = 8;

    /// <summary>No block is larger; a longer length is damage.</summary>
    private const int PayloadBytesMax = 4_000_000;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly bool _sync;
    private long _end;

    private BlockFile(string path, SafeFileHandle file, bool sync) => (_path, _file, _sync) = (path, file, sync);

    private static ReadOnlySpan<byte> Magic => "OTDBLK\0\u0001"u8;

    /// <summary>
    /// Opens or makes the file. Throws InvalidDataException when it belongs to another chain. Replay comes next.
    /// </summary>
    public static BlockFile Open(string path, Hash256 genesis, bool sync)
    {
        FileKind.RequireFile(path);
        SafeFileHandle handle = System.IO.File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        BlockFile file = new(path, handle, sync);
        try
        {
            file.Start(genesis);
            return file;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Hands over every record in order. One flipped bit is mended, an interrupted last write cut off; both keep a copy
    /// beside the file. Throws InvalidDataException for other damage and changes nothing then. Once, before the first
    /// Append.
    /// </summary>
    public void Replay(ILogger logger, Action<long, byte[]> record)
    {
        do
        {
            while (TryRead(_end, out byte[] payload))
            {
                record(_end, payload);
                _end += RecordHeaderBytes + payload.Length;
            }
        }
        while (TryMend(logger));
        CutTail(logger);
    }

    /// <summary>Appends and flushes. Returns the record's offset. On failure nothing of it remains.</summary>
    public long Append(ReadOnlySpan<byte> payload)
    {
        byte[] record = new byte[RecordHeaderBytes + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, payload.Length);
        payload.CopyTo(record.AsSpan(RecordHeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(record));
        long offset = _end;
        try
        {
            RandomAccess.Write(_file, record, offset);
            if (_sync)
            {
                RandomAccess.FlushToDisk(_file);
            }
        }
        catch (IOException)
        {
            TrySetLength(offset);
            throw;
        }
        _end = offset + record.Length;
        return offset;
    }

    /// <summary>The payload at an offset that Append or the replay gave. Any thread.</summary>
    public byte[] Read(long offset) => TryRead(offset, out byte[] payload)
        ? payload
        : throw new InvalidDataException($"{_path}: the record at {offset} is damaged; restore the file from a copy");

    public void Dispose() => _file.Dispose();

    private void Start(Hash256 genesis)
    {
        byte[] header = [.. Magic, .. genesis.ToArray()];
        if (RandomAccess.GetLength(_file) < FileHeaderBytes)
        {
            RandomAccess.SetLength(_file, 0); // a crash before the first record: nothing to keep
            RandomAccess.Write(_file, header, 0);
            if (_sync)
            {
                RandomAccess.FlushToDisk(_file);
                DiskSync.Folder(Path.GetDirectoryName(Path.GetFullPath(_path))!);
            }
        }
        byte[] found = new byte[FileHeaderBytes];
        RandomAccess.Read(_file, found, 0);
        if (!found.AsSpan().SequenceEqual(header))
        {
            throw new InvalidDataException(
                $"{_path} belongs to a chain with other rules (coin, retarget mode or format). Use the settings it was made with or another data directory.");
        }
        _end = FileHeaderBytes;
    }

    private bool TryRead(long offset, out byte[] payload)
    {
        payload = [];
        Span<byte> head = stackalloc byte[RecordHeaderBytes];
        if (RandomAccess.Read(_file, head, offset) < RecordHeaderBytes)
        {
            return false;
        }
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is <= 0 or > PayloadBytesMax)
        {
            return false;
        }
        byte[] record = new byte[RecordHeaderBytes + length];
        if (RandomAccess.Read(_file, record, offset) < record.Length || BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) != Checksum(record))
        {
            return false;
        }
        payload = record[RecordHeaderBytes..];
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> record)
    {
        Crc32 crc = new();
        crc.Append(record[..4]);
        crc.Append(record[RecordHeaderBytes..]);
        return crc.GetCurrentHashAsUInt32();
    }

    private void TrySetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(_file, length);
        }
        catch (IOException)
        {
            // The next start finds the torn record by its checksum and cuts it.
        }
    }
}
