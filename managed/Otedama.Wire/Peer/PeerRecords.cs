using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Wire;

/// <summary>What an id in INV, GETDATA and NOTFOUND is the id of. Kinds of later versions are passed over.</summary>
public enum PeerInvKind : byte
{
    Share = 1,
    CoinBlock = 2,
}

/// <summary>One entry of INV, GETDATA and NOTFOUND: u8 kind, 32 bytes id.</summary>
public readonly record struct PeerInv(PeerInvKind Kind, Hash256 Id)
{
    public static PeerInv Read(ReadOnlySpan<byte> body, int index)
    {
        ReadOnlySpan<byte> entry = body.Slice(index * PeerBody.KindIdBytes, PeerBody.KindIdBytes);
        return new PeerInv((PeerInvKind)entry[0], new Hash256(entry[1..]));
    }

    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Kind;
        Id.CopyTo(destination[1..]);
    }
}

/// <summary>
/// One entry of ADDR: u32 seconds since 1970, u64 services, 16 bytes address, u16 port, 32 bytes node id.
/// </summary>
public readonly record struct PeerAddrEntry(uint LastSeen, PeerServices Services, PeerEndpoint Endpoint, NodeId Id)
{
    public static PeerAddrEntry Read(ReadOnlySpan<byte> body, int index)
    {
        ReadOnlySpan<byte> entry = body.Slice(index * PeerBody.AddrBytes, PeerBody.AddrBytes);
        return new PeerAddrEntry(
            BinaryPrimitives.ReadUInt32LittleEndian(entry),
            (PeerServices)BinaryPrimitives.ReadUInt64LittleEndian(entry[4..]),
            PeerEndpoint.Read(entry[12..]),
            new NodeId(entry[30..]));
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, LastSeen);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[4..], (ulong)Services);
        Endpoint.Write(destination[12..]);
        Id.CopyTo(destination[30..]);
    }
}

/// <summary>TIP: u32 height, 32 bytes id, u128 work, u8 flags (bit 0: push shares to me at once).</summary>
public readonly record struct PeerTip(uint Height, Hash256 Id, UInt128 Work, bool BeEager)
{
    public const int Bytes = 53;

    public static PeerTip Read(ReadOnlySpan<byte> body) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(body),
        new Hash256(body.Slice(4, 32)),
        BinaryPrimitives.ReadUInt128LittleEndian(body[36..]),
        (body[52] & 1) != 0);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Height);
        Id.CopyTo(destination[4..]);
        BinaryPrimitives.WriteUInt128LittleEndian(destination[36..], Work);
        destination[52] = BeEager ? (byte)1 : (byte)0;
    }
}

/// <summary>
/// GETCHAIN: 32 bytes id to begin with (zero: the tip), u32 how many shares down from it, u32 how many of these the
/// asker has already.
/// </summary>
public readonly record struct PeerChainRequest(Hash256 From, uint Depth, uint Offset)
{
    public const int Bytes = 40;

    public static PeerChainRequest Read(ReadOnlySpan<byte> body) => new(
        new Hash256(body[..32]),
        BinaryPrimitives.ReadUInt32LittleEndian(body[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(body[36..]));

    public void Write(Span<byte> destination)
    {
        From.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], Depth);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], Offset);
    }
}

/// <summary>
/// The head of CHAIN: u32 offset of its first share, u8 flags (bit 0: these are the last). Shares follow, newest first.
/// </summary>
public readonly record struct PeerChainHead(uint Offset, bool IsEnd)
{
    public static PeerChainHead Read(ReadOnlySpan<byte> body) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(body), (body[4] & 1) != 0);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(destination, Offset);
        destination[4] = IsEnd ? (byte)1 : (byte)0;
    }
}

/// <summary>
/// The head of BLOCKANN: 32 bytes id of the coin block, u32 its length, u32 offset of the bytes that follow.
/// </summary>
public readonly record struct PeerBlockHead(Hash256 Id, uint Length, uint Offset)
{
    public static PeerBlockHead Read(ReadOnlySpan<byte> body) => new(
        new Hash256(body[..32]),
        BinaryPrimitives.ReadUInt32LittleEndian(body[32..]),
        BinaryPrimitives.ReadUInt32LittleEndian(body[36..]));

    public void Write(Span<byte> destination)
    {
        Id.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], Offset);
    }
}

/// <summary>COINTIP: 32 bytes id, u32 height.</summary>
public readonly record struct PeerCoinTip(Hash256 Id, uint Height)
{
    public const int Bytes = 36;

    public static PeerCoinTip Read(ReadOnlySpan<byte> body) =>
        new(new Hash256(body[..32]), BinaryPrimitives.ReadUInt32LittleEndian(body[32..]));

    public void Write(Span<byte> destination)
    {
        Id.CopyTo(destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[32..], Height);
    }
}

/// <summary>REJECT: u16 code (the step of the share's check that failed), 32 bytes id.</summary>
public readonly record struct PeerReject(ushort Code, Hash256 Id)
{
    public const int Bytes = 34;

    public static PeerReject Read(ReadOnlySpan<byte> body) =>
        new(BinaryPrimitives.ReadUInt16LittleEndian(body), new Hash256(body.Slice(2, 32)));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Code);
        Id.CopyTo(destination[2..]);
    }
}
