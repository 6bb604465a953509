using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>What goes wrong with one request.</summary>
internal enum EspTrouble
{
    /// <summary>Done, and the reply is lost.</summary>
    LoseReply,

    /// <summary>Nothing arrives.</summary>
    LoseRequest,

    /// <summary>Not done: the checksum was wrong.</summary>
    Nak,

    /// <summary>Done, and the reply's frame is damaged.</summary>
    GarbleReply,

    /// <summary>The chip restarts into its program.</summary>
    Reboot,

    /// <summary>An MD5 of something else.</summary>
    WrongMd5,

    /// <summary>Says yes to another rate and stays.</summary>
    KeepRate,

    /// <summary>Half of what it holds is written, then the cable is out.</summary>
    Unplug,
}

/// <summary>
/// An ESP32-S3 as its serial port shows it: reset lines, ROM loader, flash, and what it starts. Replies are there at once:
/// time is the link's. One thread.
/// </summary>
internal sealed partial class SimulatedEsp32S3 : ISimulatedDevice
{
    private const int FirstRate = 115_200;
    private const int Block = 0x400;

    private readonly Queue<(byte Byte, int Rate)> _out = new();
    private readonly List<byte> _frame = [];
    private readonly Dictionary<uint, uint> _registers = [];
    private readonly List<(byte Op, int From, int Count, EspTrouble Trouble)> _troubles = [];
    private readonly Dictionary<byte, int> _asked = [];
    private bool _isInFrame;
    private int _rate = FirstRate;
    private bool _dtr;
    private bool _rts;
    private bool _isHeld;
    private bool _usbLatch;
    private bool _isAttached;
    private int _writeAt;
    private uint _sequence;
    private long _left;
    private FeedStream? _feed;
    private ZLibStream? _inflate;

    public SimulatedEsp32S3(SimulatedFlash flash)
    {
        Flash = flash;
        PowerOn();
    }

    public SimulatedFlash Flash { get; }

    public bool IsInLoader { get; private set; }

    public bool IsDead { get; private set; }

    public string Mac { get; init; } = "24ec4a0102f3";

    public int ChipId { get; init; } = 9;

    /// <summary>Bit 0 secure boot, bit 2 secure download.</summary>
    public uint SecurityFlags { get; init; }

    /// <summary>The chip's own USB port, whose lines are messages.</summary>
    public bool IsUsb { get; init; }

    /// <summary>BOOT is held by the operator.</summary>
    public bool BootHeld { get; set; }

    /// <summary>Pulls the cable.</summary>
    public Action? OnUnplug { get; set; }

    public SimulatedBoot.Started? Running { get; private set; }

    public int Requests(byte op) => _asked.GetValueOrDefault(op);

    /// <summary>From the so many-th request of that kind on (1 = the first), so many times.</summary>
    public void Trouble(byte op, int from, EspTrouble trouble, int count = 1) => _troubles.Add((op, from, count, trouble));

    public void PowerOn()
    {
        IsDead = false;
        Flash.CutAt = long.MaxValue;
        Restart(BootHeld);
    }

    public void SetLines(bool dataTerminalReady, bool requestToSend)
    {
        if (IsDead)
        {
            return;
        }
        _dtr = dataTerminalReady;
        _rts = requestToSend;
        bool enLow = _rts && !_dtr;
        bool io0Low = _dtr && !_rts;
        if (IsUsb && io0Low)
        {
            _usbLatch = true;
        }
        if (enLow)
        {
            _isHeld = true; // and nothing is said
            IsInLoader = false;
            Running = null;
        }
        else if (_isHeld && (!_rts || io0Low))
        {
            // EN rises slowly: what IO0 is now counts.
            _isHeld = false;
            Restart(BootHeld || (IsUsb ? _usbLatch : io0Low));
            _usbLatch = false;
        }
    }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        if (IsDead || _isHeld || !IsInLoader)
        {
            return;
        }
        foreach (byte one in bytes)
        {
            byte heard = rate == _rate || rate == 0 || IsUsb ? one : (byte)(one ^ 0x3C);
            if (heard != 0xC0)
            {
                if (_isInFrame)
                {
                    _frame.Add(heard);
                }
                continue;
            }
            if (_isInFrame && _frame.Count > 0)
            {
                byte[] packet = Unescape(_frame);
                _isInFrame = false;
                _frame.Clear();
                try
                {
                    Handle(packet);
                }
                catch (PowerCutException)
                {
                    IsDead = true;
                    IsInLoader = false;
                    _out.Clear();
                }
                if (IsDead || !IsInLoader)
                {
                    return;
                }
            }
            else
            {
                _isInFrame = true;
            }
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        int count = 0;
        while (count < into.Length && !IsDead && _out.TryDequeue(out (byte Byte, int Rate) next))
        {
            into[count++] = next.Rate == rate || rate == 0 || IsUsb ? next.Byte : (byte)(next.Byte ^ 0x5A);
        }
        return count;
    }

    private void Restart(bool loader)
    {
        _rate = FirstRate;
        _isInFrame = false;
        _frame.Clear();
        _registers.Clear();
        _registers[0x60002018] = 0x80000000;
        _isAttached = false;
        _feed = null;
        _inflate = null;
        _out.Clear();
        _readLeft = -1;
        IsInStub = false;
        IsInLoader = loader;
        Say("ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\nrst:0x1 (POWERON),");
        if (loader)
        {
            Running = null;
            Say("boot:0x0 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n");
            return;
        }
        Running = SimulatedBoot.Of(Flash);
        Say("boot:0x8 (SPI_FAST_FLASH_BOOT)\r\n");
        Say(Running is { } app ? $"I (27) boot: ESP-IDF v5.5 2nd stage bootloader\r\nI (300) boot: Loaded app from partition at offset 0x{app.Offset:x}\r\n"
            : "invalid header: 0xffffffff\r\n");
    }

    private void Handle(byte[] packet)
    {
        if (IsInStub && packet.Length == 4 && _readLeft >= 0)
        {
            Acknowledge(BinaryPrimitives.ReadInt32LittleEndian(packet));
            return;
        }
        if (packet.Length < 8 || packet[0] != 0 || packet.Length != 8 + BinaryPrimitives.ReadUInt16LittleEndian(packet.AsSpan(2)))
        {
            return;
        }
        byte op = packet[1];
        int nth = _asked[op] = _asked.GetValueOrDefault(op) + 1;
        EspTrouble? trouble = _troubles.Where(one => one.Op == op && nth >= one.From && nth < one.From + one.Count).Select(static one => (EspTrouble?)one.Trouble).FirstOrDefault();
        switch (trouble)
        {
            case EspTrouble.LoseRequest:
                return;
            case EspTrouble.Nak:
                Reply(op, 0, [], 0x07);
                return;
            case EspTrouble.Reboot:
                Restart(loader: false);
                return;
            case EspTrouble.Unplug:
                OnUnplug!();
                return;
        }
        int before = _out.Count;
        Answer(op, BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(4)), packet.AsSpan(8), trouble);
        if (trouble is EspTrouble.LoseReply or EspTrouble.GarbleReply)
        {
            (byte Byte, int Rate)[] all = [.. _out];
            _out.Clear();
            for (int i = 0; i < all.Length; i++)
            {
                if (i < before)
                {
                    _out.Enqueue(all[i]);
                }
                else if (trouble == EspTrouble.GarbleReply && i != before + 3)
                {
                    _out.Enqueue(all[i]); // one byte of it is lost
                }
            }
        }
    }

    private void Answer(byte op, uint checksum, ReadOnlySpan<byte> data, EspTrouble? trouble)
    {
        switch (op)
        {
            case 0x08 when data.Length == 36:
                for (int i = 0; i < (IsInStub ? 1 : 8); i++)
                {
                    Reply(op, IsInStub ? 0 : 0x20120707u, []);
                }
                break;
            case 0x0A when data.Length == 4:
                Reply(op, Register(Word(data, 0)), []);
                break;
            case 0x09 when data.Length % 16 == 0:
                for (int i = 0; i < data.Length; i += 16)
                {
                    WriteRegister(Word(data, i), Word(data, i + 4), Word(data, i + 8));
                }
                Reply(op, 0, []);
                break;
            case 0x14 when data.Length == 0:
                byte[] info = new byte[20];
                BinaryPrimitives.WriteUInt32LittleEndian(info, SecurityFlags);
                BinaryPrimitives.WriteInt32LittleEndian(info.AsSpan(12), ChipId);
                Reply(op, 0, info);
                break;
            case 0x0F when data.Length == 8:
                Reply(op, 0, []);
                _rate = trouble == EspTrouble.KeepRate ? _rate : (int)Word(data, 0);
                break;
            default:
                AnswerFlash(op, checksum, data, trouble);
                break;
        }
    }

    private void AnswerFlash(byte op, uint checksum, ReadOnlySpan<byte> data, EspTrouble? trouble)
    {
        bool closed = (SecurityFlags & 4) != 0;
        switch (op)
        {
            case 0x0D when !closed && data.Length is 8 or 4:
                _isAttached = true;
                Reply(op, 0, []);
                break;
            case 0x0B when _isAttached && data.Length == 24:
                Reply(op, 0, []);
                break;
            case 0x02 when _isAttached && (data.Length == 20 || IsInStub):
                Begin((int)Word(data, 0), Word(data, 4), (int)Word(data, 12), false);
                Reply(op, 0, []);
                break;
            case 0x10 when _isAttached && (data.Length == 20 || IsInStub):
                Begin((int)Word(data, 0), Word(data, 4), (int)Word(data, 12), true);
                Reply(op, 0, []);
                break;
            case 0x03 or 0x11 when _isAttached:
                Reply(op, 0, [], Data(op, checksum, data));
                break;
            case 0x13 when _isAttached && data.Length == 16:
                byte[] hash = MD5.HashData(Flash.Read((int)Word(data, 0), (int)Word(data, 4)));
                hash[0] ^= trouble == EspTrouble.WrongMd5 ? (byte)1 : (byte)0;
                Reply(op, 0, IsInStub ? hash : Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash)));
                break;
            case 0x04 or 0x12:
                Reply(op, 0, []);
                break;
            default:
                AnswerMemory(op, checksum, data);
                break;
        }
    }

    private void Begin(int size, uint blocks, int address, bool deflated)
    {
        for (int sector = address / SimulatedFlash.Sector; sector * SimulatedFlash.Sector < address + size; sector++)
        {
            Flash.Erase(sector);
        }
        _writeAt = address;
        _sequence = 0;
        _left = blocks;
        _feed = deflated ? new FeedStream() : null;
        _inflate = deflated ? new ZLibStream(_feed!, CompressionMode.Decompress) : null;
    }

    /// <summary>The error, 0 = stored.</summary>
    private byte Data(byte op, uint checksum, ReadOnlySpan<byte> data)
    {
        if (data.Length < 16 || data.Length != 16 + Word(data, 0) || (!IsInStub && data.Length > 16 + Block))
        {
            return 0x0A;
        }
        ReadOnlySpan<byte> payload = data[16..];
        byte sum = 0xEF;
        foreach (byte one in payload)
        {
            sum ^= one;
        }
        if (sum != checksum)
        {
            return 0x07;
        }
        if (Word(data, 4) != _sequence || _left == 0 || (op == 0x11) != (_inflate is not null))
        {
            return 0x06;
        }
        if (_inflate is null)
        {
            Flash.Write(_writeAt, payload);
            _writeAt += payload.Length;
        }
        else
        {
            _feed!.Add(payload);
            byte[] buffer = new byte[4096];
            for (int count = _inflate.Read(buffer); count > 0; count = _inflate.Read(buffer))
            {
                Flash.Write(_writeAt, buffer.AsSpan(0, count));
                _writeAt += count;
            }
        }
        _sequence++;
        _left--;
        return 0;
    }

    private uint Register(uint address) => address switch
    {
        0x40001000 => 9,
        0x60007044 => Convert.ToUInt32(Mac[4..], 16),
        0x60007048 => Convert.ToUInt32(Mac[..4], 16),
        _ => _registers.GetValueOrDefault(address),
    };

    private void WriteRegister(uint address, uint value, uint mask)
    {
        const uint Command = 0x60002000;
        _registers[address] = (_registers.GetValueOrDefault(address) & ~mask) | (value & mask);
        if (address != Command || (value & (1 << 18)) == 0)
        {
            return;
        }
        _registers[Command] = 0; // it is done at once
        uint user = _registers.GetValueOrDefault(0x60002018u);
        uint opcode = _registers.GetValueOrDefault(0x60002020u) & 0xFF;
        int count = ((int)_registers.GetValueOrDefault(0x60002028u) + 8) / 8;
        byte[]? read = opcode switch
        {
            0x9F => [0xC8, 0x40, 0x18],
            0x03 when _isAttached && (user & (1 << 30)) != 0 && _registers.GetValueOrDefault(0x6000201Cu) >> 26 == 23 =>
                Flash.Read((int)(_registers.GetValueOrDefault(0x60002004u) & 0xFFFFFF), count),
            _ => null,
        };
        if (read is not null && (user & (1u << 28)) != 0)
        {
            byte[] words = new byte[64];
            read.AsSpan(0, Math.Min(read.Length, count)).CopyTo(words);
            for (uint i = 0; i < 16; i++)
            {
                _registers[0x60002058 + (4 * i)] = BinaryPrimitives.ReadUInt32LittleEndian(words.AsSpan(4 * (int)i));
            }
        }
    }

    private void Reply(byte op, uint value, ReadOnlySpan<byte> data, byte error = 0)
    {
        int status = IsInStub ? 2 : 4;
        byte[] packet = new byte[8 + data.Length + status];
        packet[0] = 1;
        packet[1] = op;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(2), (ushort)(data.Length + status));
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(4), value);
        data.CopyTo(packet.AsSpan(8));
        packet[8 + data.Length] = error == 0 ? (byte)0 : (byte)1;
        packet[9 + data.Length] = error;
        SendFrame(packet);
    }

    private void SendFrame(ReadOnlySpan<byte> packet)
    {
        Send(0xC0);
        foreach (byte one in packet)
        {
            switch (one)
            {
                case 0xC0:
                    Send(0xDB);
                    Send(0xDC);
                    break;
                case 0xDB:
                    Send(0xDB);
                    Send(0xDD);
                    break;
                default:
                    Send(one);
                    break;
            }
        }
        Send(0xC0);
    }

    private void Say(string text)
    {
        foreach (char c in text)
        {
            Send((byte)c);
        }
    }

    private void Send(byte one) => _out.Enqueue((one, _rate));

    private static uint Word(ReadOnlySpan<byte> data, int at) => at + 4 <= data.Length ? BinaryPrimitives.ReadUInt32LittleEndian(data[at..]) : 0;

    private static byte[] Unescape(List<byte> frame)
    {
        List<byte> packet = [];
        for (int i = 0; i < frame.Count; i++)
        {
            bool escaped = frame[i] == 0xDB && i + 1 < frame.Count;
            packet.Add(escaped ? frame[++i] == 0xDC ? (byte)0xC0 : (byte)0xDB : frame[i]);
        }
        return [.. packet];
    }

    /// <summary>A stream that ends where no more was added; it goes on when more is.</summary>
    private sealed class FeedStream : MemoryStream
    {
        private long _at;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            _at = Position;
            Position = Length;
            Write(bytes);
            Position = _at;
        }
    }
}
