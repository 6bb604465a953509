using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Otedama.Pool;

/// <summary>
/// The snapshots in a log's folder: the fold of everything before a segment, so that a start reads only what follows.
/// Each is written whole or not at all and verified when it is read; the log itself stays the truth.
/// </summary>
/// <remarks>
/// All integers little-endian:
/// <code>
/// 0  u64 magic   8  u32 version   12  u32 segment   16  u32 number of its first record   20  u32 zero
/// 24  i64 bytes of the body   32  16 bytes XxHash128 of the body   48  zeros   60  u32 CRC-32 of these   64  body
/// </code>
/// </remarks>
internal sealed class LogSnapshots(IFiles files, string directory)
{
    private const string Prefix = "snapshot-";
    private const uint Version = 1;
    private const int HeaderBytes = 64;

    /// <summary>"OTDSNAP" and a zero.</summary>
    private const ulong Magic = 0x0050414e5344544f;

    public string PathOf(uint segment) =>
        Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{segment:d8}"));

    /// <summary>The segments that snapshots end before, newest first.</summary>
    public IReadOnlyList<uint> List()
    {
        List<uint> found = [];
        foreach (string name in files.List(directory))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && uint.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out uint segment)
                && segment > 1)
            {
                found.Add(segment);
            }
        }
        found.Sort((left, right) => right.CompareTo(left));
        return found;
    }

    /// <summary>
    /// Fills the fold from the newest snapshot that can be read and returns where it ends; LogPosition.Start, the fold
    /// untouched, when there is none. `refused` is told of each that cannot be read.
    /// </summary>
    public LogPosition LoadNewest(ILogFold fold, Action<string> refused)
    {
        foreach (uint segment in List())
        {
            try
            {
                return Load(segment, fold);
            }
            catch (Exception e) when (e is LogException or IOException)
            {
                refused($"{PathOf(segment)} cannot be used: {e.Message}");
            }
        }
        return LogPosition.Start;
    }

    public void Write(LogPosition position, ILogFold fold)
    {
        using MemoryStream stream = new();
        stream.Write(new byte[HeaderBytes]);
        fold.Save(stream);
        Span<byte> bytes = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        Span<byte> body = bytes[HeaderBytes..];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], position.Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], position.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], body.Length);
        XxHash128.Hash(body, bytes[32..48]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[60..], Crc32.HashToUInt32(bytes[..60]));
        files.WriteWhole(PathOf(position.Segment), bytes);
    }

    /// <summary>Sentences about those that are damaged.</summary>
    public IReadOnlyList<string> Verify()
    {
        List<string> damaged = [];
        foreach (uint segment in List())
        {
            try
            {
                Read(segment, out _);
            }
            catch (LogException e)
            {
                damaged.Add($"{PathOf(segment)}: {e.Message}");
            }
        }
        return damaged;
    }

    /// <summary>Renames the damaged ones, so that no start tries them; `kept` is told the new names.</summary>
    public void SetDamagedAside(Action<string> kept)
    {
        foreach (uint segment in List())
        {
            try
            {
                Read(segment, out _);
            }
            catch (LogException)
            {
                string aside = PathOf(segment) + ".damaged";
                files.Rename(PathOf(segment), aside);
                files.SyncFolder(directory);
                kept(aside);
            }
        }
    }

    public void Delete(uint segment) => files.Delete(PathOf(segment));

    private LogPosition Load(uint segment, ILogFold fold)
    {
        byte[] bytes = Read(segment, out LogPosition position);
        using MemoryStream stream = new(bytes, HeaderBytes, bytes.Length - HeaderBytes, writable: false);
        fold.Load(stream);
        return position;
    }

    /// <summary>The whole file, once its checksums fit.</summary>
    private byte[] Read(uint segment, out LogPosition position)
    {
        byte[] bytes = files.ReadWhole(PathOf(segment));
        ReadOnlySpan<byte> header = bytes;
        if (bytes.Length < HeaderBytes
            || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(header[60..]) != Crc32.HashToUInt32(header[..60])
            || BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != segment)
        {
            throw new LogException("its header is damaged.");
        }
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) is uint version && version != Version)
        {
            throw new LogException($"it has version {version}; this otedama reads version {Version}.");
        }
        ReadOnlySpan<byte> body = header[HeaderBytes..];
        if (BinaryPrimitives.ReadInt64LittleEndian(header[24..]) != body.Length
            || !XxHash128.Hash(body).AsSpan().SequenceEqual(header[32..48]))
        {
            throw new LogException("its checksum does not fit.");
        }
        position = new LogPosition(
            segment, LogFormat.SegmentHeaderLength, BinaryPrimitives.ReadUInt32LittleEndian(header[16..]));
        return bytes;
    }
}
