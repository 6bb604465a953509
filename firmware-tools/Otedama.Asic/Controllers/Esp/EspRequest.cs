using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// Packets to the loader: 00, op, u16 length of data, u32 checksum, data; little endian. The checksum is that of the
/// payload behind the 16 bytes of a data request, else 0. Pure.
/// </summary>
public static class EspRequest
{
    /// <summary>Bytes of flash one data request of the ROM carries.</summary>
    public const int BlockLength = 0x400;

    /// <summary>The same of a loader in RAM.</summary>
    public const int StubBlockLength = 0x4000;

    /// <summary>Bytes of memory one MemData carries.</summary>
    public const int MemBlockMax = 0x1800;

    private const byte ChecksumSeed = 0xEF;

    public static byte ChecksumOf(ReadOnlySpan<byte> payload)
    {
        byte sum = ChecksumSeed;
        foreach (byte one in payload)
        {
            sum ^= one;
        }
        return sum;
    }

    /// <summary>07 07 12 20, then 55h 32 times.</summary>
    public static byte[] Sync()
    {
        byte[] data = new byte[36];
        data.AsSpan().Fill(0x55);
        data[0] = 0x07;
        data[1] = 0x07;
        data[2] = 0x12;
        data[3] = 0x20;
        return Packet(EspOp.Sync, data);
    }

    public static byte[] ReadReg(uint address) => Words(EspOp.ReadReg, address);

    /// <summary>Writes each register whole, in this order.</summary>
    public static byte[] WriteRegs(params ReadOnlySpan<(uint Address, uint Value)> writes)
    {
        uint[] words = new uint[4 * writes.Length];
        for (int i = 0; i < writes.Length; i++)
        {
            words[4 * i] = writes[i].Address;
            words[(4 * i) + 1] = writes[i].Value;
            words[(4 * i) + 2] = uint.MaxValue; // mask; then a delay of 0 us
        }
        return Words(EspOp.WriteReg, words);
    }

    public static byte[] SecurityInfo() => Packet(EspOp.SecurityInfo, []);

    public static byte[] SpiAttach(bool inRam = false) =>
        inRam ? Words(EspOp.SpiAttach, 0) : Words(EspOp.SpiAttach, 0, 0);

    /// <param name="size">Bytes of flash; blocks of 64 KiB, sectors of 4 KiB, pages of 256 bytes.</param>
    public static byte[] SpiSetParams(uint size) => Words(EspOp.SpiSetParams, 0, size, 0x10000, 0x1000, 0x100, 0xFFFF);

    /// <param name="size">Bytes that are erased.</param>
    public static byte[] FlashBegin(uint size, uint address, bool inRam = false) => inRam
        ? Words(EspOp.FlashBegin, size, Blocks(size, StubBlockLength), StubBlockLength, address)
        : Words(EspOp.FlashBegin, size, Blocks(size), BlockLength, address, 0);

    /// <param name="size">Bytes after inflating.</param>
    /// <param name="compressed">Bytes of the zlib stream.</param>
    public static byte[] DeflBegin(uint size, uint compressed, uint address, bool inRam = false) => inRam
        ? Words(EspOp.DeflBegin, size, Blocks(compressed, StubBlockLength), StubBlockLength, address)
        : Words(EspOp.DeflBegin, Blocks(size) * BlockLength, Blocks(compressed), BlockLength, address, 0);

    public static byte[] FlashData(uint sequence, ReadOnlySpan<byte> block) => Data(EspOp.FlashData, sequence, block);

    public static byte[] DeflData(uint sequence, ReadOnlySpan<byte> block) => Data(EspOp.DeflData, sequence, block);

    public static byte[] FlashEnd(bool reboot) => Words(EspOp.FlashEnd, reboot ? 0u : 1u);

    public static byte[] DeflEnd(bool reboot) => Words(EspOp.DeflEnd, reboot ? 0u : 1u);

    public static byte[] FlashMd5(uint address, uint size) => Words(EspOp.FlashMd5, address, size, 0, 0);

    public static byte[] MemBegin(uint size, uint address) =>
        Words(EspOp.MemBegin, size, (size + MemBlockMax - 1) / MemBlockMax, MemBlockMax, address);

    public static byte[] MemData(uint sequence, ReadOnlySpan<byte> block) => Data(EspOp.MemData, sequence, block);

    /// <param name="entry">Where to run from; 0 = nowhere, stay in the loader.</param>
    public static byte[] MemEnd(uint entry) => Words(EspOp.MemEnd, entry == 0 ? 1u : 0u, entry);

    /// <param name="old">0 to the ROM; a loader in RAM wants the rate as it is.</param>
    public static byte[] ChangeBaud(uint rate, uint old = 0) => Words(EspOp.ChangeBaud, rate, old);

    /// <param name="block">Bytes of a frame.</param>
    /// <param name="inFlight">Frames without acknowledgement.</param>
    public static byte[] ReadFlash(uint address, uint size, uint block, uint inFlight) =>
        Words(EspOp.ReadFlash, address, size, block, inFlight);

    private static uint Blocks(uint size, uint block = BlockLength) => (size + block - 1) / block;

    private static byte[] Data(EspOp op, uint sequence, ReadOnlySpan<byte> block)
    {
        byte[] data = new byte[16 + block.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(data, (uint)block.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), sequence);
        block.CopyTo(data.AsSpan(16));
        return Packet(op, data, ChecksumOf(block));
    }

    private static byte[] Words(EspOp op, params ReadOnlySpan<uint> words)
    {
        byte[] data = new byte[4 * words.Length];
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 * i), words[i]);
        }
        return Packet(op, data);
    }

    private static byte[] Packet(EspOp op, ReadOnlySpan<byte> data, uint checksum = 0)
    {
        byte[] packet = new byte[8 + data.Length];
        packet[1] = (byte)op;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), (ushort)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), checksum);
        data.CopyTo(packet.AsSpan(8));
        return packet;
    }
}
