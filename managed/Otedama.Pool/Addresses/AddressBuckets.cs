using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Pool;

/// <summary>
/// Where an address may lie, as Bitcoin Core's table has it: decided by a secret key, so that nobody can aim, and by
/// groups, so that whoever has few groups reaches few buckets.
/// </summary>
internal sealed class AddressBuckets(SipHash key, IAddressGroups groups)
{
    public const int NewBuckets = 1024, TriedBuckets = 256, Slots = 64;

    /// <summary>
    /// Buckets of `new` that what one source's group tells can reach, and of `tried` one group's addresses.
    /// </summary>
    public const int NewBucketsOfSource = 64, TriedBucketsOfGroup = 8;

    public ushort Tried(PeerEndpoint place)
    {
        ulong spread = Hash('T', default, default, place, 0) % TriedBucketsOfGroup;
        return (ushort)(Hash('t', groups.Of(place), default, default, (uint)spread) % TriedBuckets);
    }

    public ushort New(PeerEndpoint place, PeerEndpoint source)
    {
        AddressGroup told = groups.Of(source);
        ulong spread = Hash('N', groups.Of(place), told, default, 0) % NewBucketsOfSource;
        return (ushort)(Hash('n', told, default, default, (uint)spread) % NewBuckets);
    }

    public int TriedSlot(int bucket, PeerEndpoint place) => Slot('S', bucket, place);

    public int NewSlot(int bucket, PeerEndpoint place) => Slot('s', bucket, place);

    /// <summary>Index in a table of whole buckets.</summary>
    private int Slot(char table, int bucket, PeerEndpoint place) =>
        (bucket * Slots) + (int)(Hash(table, default, default, place, (uint)bucket) % Slots);

    /// <summary>One layout for all uses, told apart by their letter; unused fields are zero.</summary>
    private ulong Hash(char use, AddressGroup one, AddressGroup other, PeerEndpoint place, uint number)
    {
        Span<byte> message = stackalloc byte[1 + 5 + 5 + PeerEndpoint.Size + 4];
        message[0] = (byte)use;
        message[1] = (byte)one.Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(message[2..], one.Value);
        message[6] = (byte)other.Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(message[7..], other.Value);
        place.Write(message[11..]);
        BinaryPrimitives.WriteUInt32LittleEndian(message[(11 + PeerEndpoint.Size)..], number);
        return key.Of(message);
    }
}
