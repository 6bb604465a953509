using System.Buffers.Binary;

namespace Otedama.Tests.Asic;

/// <summary>
/// ST's loader in ROM: commands in block 0, data from block 2 on. Flash bits only fall when written and rise when a sector is erased,
/// so that a missing erase shows. Sectors here are all of one size.
/// </summary>
internal sealed class SimulatedDfuSe : SimulatedDfu
{
    public const uint Base = 0x0800_0000;

    private uint _pointer = Base;
    private byte[]? _pending;
    private ushort _pendingBlock;

    public SimulatedDfuSe(TimeProvider clock, int sectors, int sectorSize)
        : base(clock, sectors * sectorSize)
    {
        SectorSize = sectorSize;
        Texts = [$"@Internal Flash  /0x08000000/{sectors}*{sectorSize} g", "@Option Bytes  /0x1FFFF800/01*016 e"];
        Vendor = 0x0483;
        Product = 0xDF11;
        Attributes = 0x0B;
        TransferSize = 2048;
        Release = 0x2200;
    }

    public override ushort Standard => 0x011A;

    public int SectorSize { get; }

    public TimeSpan EraseTime { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Starts of the sectors that were erased, in order.</summary>
    public List<uint> Erased { get; } = [];

    public bool Wiped { get; private set; }

    public bool ReadProtected { get; set; }

    public uint? StartedAt { get; private set; }

    public override void Reset() => _pending = null;

    protected override BenchReply Download(ushort block, ReadOnlySpan<byte> data)
    {
        if (Busy || State is not (2 or 5) || data.Length > TransferSize || block == 1)
        {
            return Stall();
        }
        Downloads.Add(data.ToArray());
        if (data.Length == 0)
        {
            State = 6;
            return BenchReply.Done;
        }
        _pending = data.ToArray();
        _pendingBlock = block;
        State = 3;
        return BenchReply.Done;
    }

    protected override BenchReply Upload(ushort block, Span<byte> into, out int came)
    {
        came = 0;
        if (State is not (2 or 9) || block == 1)
        {
            return Stall();
        }
        if (block == 0)
        {
            ReadOnlySpan<byte> commands = [0x00, 0x21, 0x41, 0x92];
            commands.CopyTo(into);
            came = commands.Length;
            State = 2;
            return BenchReply.Done;
        }
        if (ReadProtected)
        {
            State = 10;
            Status = 11;
            return BenchReply.Stall;
        }
        long at = _pointer - Base + ((block - 2L) * TransferSize);
        came = (int)Math.Clamp(Flash.Length - at, 0, Math.Min(into.Length, TransferSize));
        Flash.AsSpan((int)at, came).CopyTo(into);
        State = 9;
        return BenchReply.Done;
    }

    protected override TimeSpan Begin() => _pendingBlock == 0 && _pending is [0x41, ..] ? EraseTime : BlockTime;

    protected override byte Finish()
    {
        byte status = base.Finish();
        byte[] pending = _pending ?? [];
        _pending = null;
        return status != 0 ? status : _pendingBlock == 0 ? Command(pending) : Program(pending);
    }

    protected override BenchReply GetStatus(Span<byte> into, out int came)
    {
        if (State != 6)
        {
            return base.GetStatus(into, out came);
        }
        StartedAt = _pointer;
        State = 7;
        BenchReply reply = base.GetStatus(into, out came);
        StartProgram();
        return Manifestation == BenchManifestation.Leaves ? BenchReply.Gone : reply;
    }

    private byte Command(byte[] bytes)
    {
        uint address = bytes.Length == 5 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(1)) : 0;
        bool inside = address >= Base && address < Base + Flash.Length;
        switch (bytes)
        {
            case [0x21, _, _, _, _] when inside:
                _pointer = address;
                return 0;
            case [0x41, _, _, _, _] when inside:
                int sector = (int)((address - Base) / SectorSize);
                Flash.AsSpan(sector * SectorSize, SectorSize).Fill(0xFF);
                Erased.Add(Base + (uint)(sector * SectorSize));
                return 0;
            case [0x41]:
            case [0x92]:
                Array.Fill(Flash, (byte)0xFF);
                Wiped = true;
                return 0;
            default:
                return 1;
        }
    }

    private byte Program(byte[] bytes)
    {
        long at = _pointer - Base + ((_pendingBlock - 2L) * TransferSize);
        if (at < 0 || at + bytes.Length > Flash.Length)
        {
            return 8;
        }
        for (int index = 0; index < bytes.Length; index++)
        {
            Flash[at + index] &= bytes[index];
        }
        return 0;
    }
}
