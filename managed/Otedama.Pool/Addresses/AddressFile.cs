using System.Buffers.Binary;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Layout of peers.dat, little-endian: "OTAD", u32 version 1, the tables' key (16), u64 edition of the groups, u32
/// count, then each address: place (18), source (18), node id (32), u32 first heard, seen, tried, succeeded, u8
/// failures, u8 flags (1 = only the DHT told, 2 = in `tried`), u8 n, n x u16 buckets of `new`; at the end SHA-256 of
/// all before it.
/// </summary>
internal static class AddressFile
{
    public const int BytesMax = HeaderBytes + (EntriesMax * EntryBytesMax) + SHA256.HashSizeInBytes;

    private const uint Version = 1;
    private const int HeaderBytes = 4 + 4 + SipHash.KeySize + 8 + 4;
    private const int EntriesMax = AddressManager.NewSlots + AddressManager.TriedSlots;
    private const int FixedBytes = (2 * PeerEndpoint.Size) + NodeId.Size + (4 * 4) + 3;
    private const int EntryBytesMax = FixedBytes + (BucketsMax * 2);
    private const int BucketsMax = 8;
    private const byte DhtOnlyFlag = 1, TriedFlag = 2;

    public static byte[] Write(SipHash key, ulong edition, IReadOnlyCollection<KnownAddress> entries)
    {
        ByteWriter writer = new(HeaderBytes + (entries.Count * (FixedBytes + 2)) + SHA256.HashSizeInBytes);
        Span<byte> fixedPart = stackalloc byte[FixedBytes];
        key.CopyKey(fixedPart);
        writer.Raw("OTAD"u8).UInt32(Version).Raw(fixedPart[..SipHash.KeySize])
            .Int64(unchecked((long)edition)).Int32(entries.Count);
        foreach (KnownAddress entry in entries)
        {
            WriteFixed(entry, fixedPart);
            writer.Raw(fixedPart);
            foreach (ushort bucket in entry.NewBuckets)
            {
                writer.Byte((byte)(bucket & 0xff)).Byte((byte)(bucket >> 8));
            }
        }
        return writer.Raw(SHA256.HashData(writer.Span)).ToArray();
    }

    /// <summary>Throws InvalidDataException with what is wrong.</summary>
    public static (SipHash Key, ulong Edition, List<KnownAddress> Entries) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || !bytes.StartsWith("OTAD"u8))
        {
            throw new InvalidDataException("it does not begin as such a file does");
        }
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (version != Version)
        {
            throw new InvalidDataException($"it has version {version}, and this program writes and reads {Version}");
        }
        ReadOnlySpan<byte> body = bytes[..^SHA256.HashSizeInBytes];
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes[body.Length..]))
        {
            throw new InvalidDataException("its checksum does not match its bytes");
        }
        SipHash key = SipHash.FromKey(body[8..]);
        ulong edition = BinaryPrimitives.ReadUInt64LittleEndian(body[24..]);
        int count = BinaryPrimitives.ReadInt32LittleEndian(body[32..]);
        ReadOnlySpan<byte> rest = body[HeaderBytes..];
        List<KnownAddress> entries = [];
        for (int i = 0; i < count; i++)
        {
            entries.Add(ReadEntry(ref rest));
        }
        return (key, edition, entries);
    }

    private static void WriteFixed(KnownAddress entry, Span<byte> to)
    {
        entry.Place.Write(to);
        entry.Source.Write(to[18..]);
        entry.NodeId.CopyTo(to[36..]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[68..], (uint)entry.FirstHeard);
        BinaryPrimitives.WriteUInt32LittleEndian(to[72..], (uint)entry.LastSeen);
        BinaryPrimitives.WriteUInt32LittleEndian(to[76..], (uint)entry.LastTry);
        BinaryPrimitives.WriteUInt32LittleEndian(to[80..], (uint)entry.LastSuccess);
        to[84] = (byte)entry.Failures;
        to[85] = (byte)((entry.IsDhtOnly ? DhtOnlyFlag : 0) | (entry.IsTried ? TriedFlag : 0));
        to[86] = (byte)entry.NewBuckets.Count;
    }

    private static KnownAddress ReadEntry(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < FixedBytes || rest.Length < FixedBytes + (2 * rest[86]) || rest[86] > BucketsMax)
        {
            throw new InvalidDataException("it ends in the middle of an address");
        }
        KnownAddress entry = new(PeerEndpoint.Read(rest))
        {
            Source = PeerEndpoint.Read(rest[18..]),
            NodeId = new NodeId(rest.Slice(36, NodeId.Size)),
            FirstHeard = BinaryPrimitives.ReadUInt32LittleEndian(rest[68..]),
            LastSeen = BinaryPrimitives.ReadUInt32LittleEndian(rest[72..]),
            LastTry = BinaryPrimitives.ReadUInt32LittleEndian(rest[76..]),
            LastSuccess = BinaryPrimitives.ReadUInt32LittleEndian(rest[80..]),
            Failures = rest[84],
            IsDhtOnly = (rest[85] & DhtOnlyFlag) != 0,
            IsTried = (rest[85] & TriedFlag) != 0,
        };
        for (int i = 0; i < rest[86]; i++)
        {
            entry.NewBuckets.Add(BinaryPrimitives.ReadUInt16LittleEndian(rest[(FixedBytes + (2 * i))..]));
        }
        rest = rest[(FixedBytes + (2 * entry.NewBuckets.Count))..];
        return entry;
    }
}
