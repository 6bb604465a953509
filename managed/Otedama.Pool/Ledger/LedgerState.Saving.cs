using System.Text;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// The fold as bytes, so that a replay can begin behind it: loading what was saved after some records and applying the rest
/// gives the state that all records give. The same records give the same bytes. No checksum; who stores it adds one.
/// </summary>
internal sealed partial class LedgerState
{
    private const int SavedVersion = 2;

    /// <summary>Accounts and blocks that stored state may have: far above every limit of a pool.</summary>
    private const int SavedCountMax = 1 << 24;

    private const int SavedRecordMax = 64 << 20;

    public void Save(Stream stream)
    {
        using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(SavedVersion);
        writer.Write7BitEncodedInt64(Shares);
        writer.WriteUInt128(Work);
        writer.Write7BitEncodedInt(_height);
        writer.Write7BitEncodedInt64(_lastShareMs);
        writer.Write7BitEncodedInt64(_lostRecords);
        writer.Write(Rate.ToBytes());
        Meter.Save(writer);
        SaveAccounts(writer);
        SaveBlocks(writer);
        Window.Save(writer);
    }

    /// <summary>Throws LogException when this version cannot read the bytes or they are damaged.</summary>
    public static LedgerState Load(Stream stream)
    {
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        try
        {
            int version = reader.ReadInt32();
            if (version != SavedVersion)
            {
                throw new FormatException($"version {version}; this otedama reads version {SavedVersion}");
            }
            LedgerState state = new()
            {
                Shares = reader.Read7BitEncodedInt64(),
                Work = reader.ReadUInt128(),
                _height = reader.Read7BitEncodedInt(),
                _lastShareMs = reader.Read7BitEncodedInt64(),
                _lostRecords = reader.Read7BitEncodedInt64(),
                Rate = RateRecord.Read(reader.ReadBytes(RateRecord.Length)),
                Meter = WorkMeter.Load(reader),
            };
            state.LoadAccounts(reader);
            state.LoadBlocks(reader);
            state.Window = WorkWindow.Load(reader);
            return state;
        }
        catch (Exception e) when (e is FormatException or EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new LogException($"ledger snapshot: cannot be read ({e.Message}). The share log can be replayed without it.");
        }
    }

    private void SaveAccounts(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(Accounts.Count);
        foreach (LedgerAccount account in Accounts)
        {
            writer.Write7BitEncodedInt(account.Payee.Id);
            writer.Write(account.Worker);
            if (account.Payee.Id == account.Id)
            {
                WriteBytes(writer, account.Payee.Script.Span);
                writer.Write(account.Payee.Address);
                account.Payee.Balance.Save(writer);
                writer.WriteWork(account.Payee.WorkCredited);
            }
            writer.Write7BitEncodedInt64(account.Shares);
            writer.WriteWork(account.Work);
            writer.Write7BitEncodedInt64(account.LastShareMs);
            writer.Write(account.BestHashTop);
            bool hasMeter = account.Meter is { } used && !used.IsStale(_lastShareMs);
            writer.Write(hasMeter);
            if (hasMeter)
            {
                account.Meter!.Save(writer);
            }
        }
    }

    private void LoadAccounts(BinaryReader reader)
    {
        int count = Limit(reader.Read7BitEncodedInt(), SavedCountMax, "accounts");
        for (int id = 0; id < count; id++)
        {
            int payeeId = Limit(reader.Read7BitEncodedInt(), id, "payee");
            string worker = reader.ReadString();
            LedgerPayee payee = payeeId != id ? PayeeOf(payeeId) : new LedgerPayee
            {
                Id = id,
                Script = ReadBytes(reader),
                Address = reader.ReadString(),
            };
            if (payeeId == id)
            {
                payee.Balance.Load(reader);
                payee.WorkCredited = reader.ReadWork();
            }
            LedgerAccount account = AddAccount(payee, worker);
            account.Shares = reader.Read7BitEncodedInt64();
            account.Work = reader.ReadWork();
            account.LastShareMs = reader.Read7BitEncodedInt64();
            account.BestHashTop = reader.ReadUInt64();
            account.Meter = reader.ReadBoolean() ? WorkMeter.Load(reader) : null;
        }
    }

    private void SaveBlocks(BinaryWriter writer)
    {
        Miners.Save(writer);
        writer.Write7BitEncodedInt64(BlocksFound);
        writer.Write7BitEncodedInt64(BlocksConfirmed);
        writer.Write7BitEncodedInt64(BlocksOrphaned);
        writer.Write(BlocksExpected);
        writer.WriteUInt128(_workAtBlock);
        writer.Write7BitEncodedInt(Blocks.Count);
        foreach (LedgerBlock block in Blocks)
        {
            WriteBytes(writer, (block.Record with { Entries = block.Entries }).ToBytes());
            writer.Write((byte)block.Status);
            writer.Write(block.IsGivenUp);
            writer.Write(block.Reason);
            writer.Write(block.Effort);
        }
    }

    private void LoadBlocks(BinaryReader reader)
    {
        Miners.Load(reader);
        BlocksFound = reader.Read7BitEncodedInt64();
        BlocksConfirmed = reader.Read7BitEncodedInt64();
        BlocksOrphaned = reader.Read7BitEncodedInt64();
        BlocksExpected = reader.ReadDouble();
        _workAtBlock = reader.ReadUInt128();
        int count = Limit(reader.Read7BitEncodedInt(), SavedCountMax, "blocks");
        for (int i = 0; i < count; i++)
        {
            BlockRecord record = BlockRecord.Read(ReadBytes(reader));
            LedgerBlock block = new(record with { Entries = [] })
            {
                Status = (BlockStatus)reader.ReadByte(),
                IsGivenUp = reader.ReadBoolean(),
                Reason = reader.ReadString(),
                Effort = reader.ReadDouble(),
                Entries = record.Entries,
            };
            _blocksByHash.Add(record.BlockHash, block);
            Blocks.AddLast(block);
            _entriesKept += block.Entries.Count;
            if (!block.IsFinal)
            {
                Watched.Add(block);
            }
        }
    }

    private static void WriteBytes(BinaryWriter writer, ReadOnlySpan<byte> bytes)
    {
        writer.Write7BitEncodedInt(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader)
    {
        int length = Limit(reader.Read7BitEncodedInt(), SavedRecordMax, "length");
        byte[] bytes = reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new EndOfStreamException("it ends too early");
    }

    private static int Limit(int value, int max, string what) => value >= 0 && value <= max
        ? value
        : throw new FormatException($"{what} is {value}; 0 to {max} is possible");
}
