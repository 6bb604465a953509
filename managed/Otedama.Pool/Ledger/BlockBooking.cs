using System.Buffers.Binary;

namespace Otedama.Pool;

/// <summary>
/// What a found block was booked as, with the accounts the record names by number: enough to book it again in a ledger that
/// lost record and accounts in a crash.
/// </summary>
/// <param name="Accounts">The finder's account and those whose number is a payee's, the operator's (0) included.</param>
public sealed record BlockBooking(BlockRecord Record, IReadOnlyList<AccountRecord> Accounts)
{
    private const int HeadLength = 12;

    /// <summary>
    /// <code>
    /// 0  u8 version of the block record   1  u8 version of the account records   2  u16 zero   4  i32 block record length
    /// 8  i32 accounts   12  block record, then each account: u16 length, account record
    /// </code>
    /// Little-endian.
    /// </summary>
    public byte[] ToBytes()
    {
        byte[] record = Record.ToBytes();
        byte[][] accounts = [.. Accounts.Select(static account => account.ToBytes())];
        byte[] bytes = new byte[HeadLength + record.Length + accounts.Sum(static account => 2 + account.Length)];
        bytes[0] = BlockRecord.Version;
        bytes[1] = AccountRecord.Version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), record.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), accounts.Length);
        record.CopyTo(bytes.AsSpan(HeadLength));
        Span<byte> rest = bytes.AsSpan(HeadLength + record.Length);
        foreach (byte[] account in accounts)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(rest, checked((ushort)account.Length));
            account.CopyTo(rest[2..]);
            rest = rest[(2 + account.Length)..];
        }
        return bytes;
    }

    /// <summary>Throws FormatException. The bytes passed a checksum, so they are what some version wrote.</summary>
    public static BlockBooking Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (bytes[0] != BlockRecord.Version || bytes[1] != AccountRecord.Version)
            {
                throw new FormatException($"its booking has versions {bytes[0]} and {bytes[1]}; this otedama reads {BlockRecord.Version} and {AccountRecord.Version}.");
            }
            AccountRecord[] accounts = new AccountRecord[BinaryPrimitives.ReadInt32LittleEndian(bytes[8..])];
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
            BlockRecord record = BlockRecord.Read(bytes.Slice(HeadLength, length));
            ReadOnlySpan<byte> rest = bytes[(HeadLength + length)..];
            for (int i = 0; i < accounts.Length; i++)
            {
                int size = BinaryPrimitives.ReadUInt16LittleEndian(rest);
                accounts[i] = AccountRecord.Read(rest.Slice(2, size));
                rest = rest[(2 + size)..];
            }
            return new BlockBooking(record, accounts);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new FormatException("its booking is cut off.", e);
        }
    }
}
