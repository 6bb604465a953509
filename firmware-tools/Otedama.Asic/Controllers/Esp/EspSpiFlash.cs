using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>
/// Commands to the flash chip itself through the registers of the SPI controller, since the ROM of an ESP32-S3 has no
/// request that reads flash: 64 bytes a time in some 18 requests. One thread.
/// </summary>
public sealed class EspSpiFlash(EspRomClient rom)
{
    private const uint Base = 0x60002000;
    private const uint Command = Base;
    private const uint Address = Base + 0x04;
    private const uint User = Base + 0x18;
    private const uint User1 = Base + 0x1C;
    private const uint User2 = Base + 0x20;
    private const uint ReadBits = Base + 0x28;
    private const uint FirstWord = Base + 0x58;

    private const uint RunIt = 1 << 18;
    private const uint HasCommand = 1u << 31;
    private const uint HasAddress = 1u << 30;
    private const uint HasReading = 1u << 28;
    private const int AddressBits = 24;
    private const int BufferBytes = 64;
    private const int PollsMax = 10;

    private const byte ReadId = 0x9F;
    private const byte ReadData = 0x03;

    /// <summary>The S3 takes an address in the low bits; the check of the MD5 finds a chip that wants it in the high
    /// ones.</summary>
    private int _addressShift;

    /// <summary>Maker in the low byte, then kind, then the power of two of its bytes.</summary>
    public uint Id() => Run(ReadId, null, 3)[0] & 0xFFFFFF;

    /// <summary>What is in the flash, checked with the chip's own MD5 of it. Throws EspException when the two
    /// differ.</summary>
    public byte[] Read(uint address, int length)
    {
        for (int attempt = 0; ; attempt++)
        {
            string md5 = rom.FlashMd5(address, (uint)length);
            byte[] bytes = ReadOnce(address, length);
            if (EspMd5.Of(bytes) == md5)
            {
                return bytes;
            }
            if (attempt == 2)
            {
                throw new EspException(
                    $"{length} bytes at {address:X}h read three times have another MD5 than the chip gives for them "
                    + $"({md5}). Is the cable good?");
            }
            _addressShift = attempt == 0 ? _addressShift : _addressShift == 0 ? 32 - AddressBits : 0;
        }
    }

    private byte[] ReadOnce(uint address, int length)
    {
        byte[] bytes = new byte[length];
        Span<byte> all = stackalloc byte[BufferBytes];
        for (int at = 0; at < length; at += BufferBytes)
        {
            int count = Math.Min(BufferBytes, length - at);
            uint[] words = Run(ReadData, address + (uint)at, count);
            for (int i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(all[(4 * i)..], words[i]);
            }
            all[..count].CopyTo(bytes.AsSpan(at));
        }
        return bytes;
    }

    private uint[] Run(byte opcode, uint? address, int count)
    {
        uint user = HasCommand | HasReading | (address is null ? 0 : HasAddress);
        uint user1 = address is null ? 0u : (AddressBits - 1u) << 26;
        rom.WriteRegs(
            (ReadBits, (uint)(8 * count) - 1),
            (User, user),
            (User1, user1),
            (User2, (7u << 28) | opcode),
            (Address, (address ?? 0) << _addressShift),
            (FirstWord, 0u),
            (Command, RunIt));
        int polls = 0;
        while ((rom.ReadReg(Command) & RunIt) != 0)
        {
            if (++polls == PollsMax)
            {
                throw new EspException(
                    $"The flash chip does not finish command {opcode:X2}h. Cut the power of the board and try again.");
            }
        }
        uint[] words = new uint[(count + 3) / 4];
        for (uint i = 0; i < words.Length; i++)
        {
            words[i] = rom.ReadReg(FirstWord + (4 * i));
        }
        return words;
    }
}
