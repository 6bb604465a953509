using System.Security.Cryptography;

namespace Otedama.Tests.Asic;

/// <summary>Programs in RAM: what is uploaded is taken for Espressif's flasher, which then answers in the ROM's place.</summary>
internal sealed partial class SimulatedEsp32S3
{
    private bool _isLoading;
    private readonly List<byte> _memory = [];
    private int _readAt;
    private int _readSent;
    private int _readLeft = -1;
    private int _readBlock;
    private byte[] _readHash = [];

    /// <summary>What was put into memory before it ran, all loads one behind the other.</summary>
    public byte[] Loaded => [.. _memory];

    /// <summary>Bytes of flash that were read by frames.</summary>
    public long ReadByFrames { get; private set; }

    /// <summary>A loader in RAM answers: two bytes of status, raw MD5, larger blocks.</summary>
    public bool IsInStub { get; private set; }

    private void AnswerMemory(byte op, uint checksum, ReadOnlySpan<byte> data)
    {
        bool closed = (SecurityFlags & 4) != 0;
        switch (op)
        {
            case 0x05 when !closed && data.Length == 16:
                _isLoading = true;
                Reply(op, 0, []);
                break;
            case 0x07 when _isLoading && data.Length >= 16 && data.Length == 16 + Word(data, 0):
                byte sum = 0xEF;
                foreach (byte one in data[16..])
                {
                    sum ^= one;
                }
                _memory.AddRange(data[16..]);
                Reply(op, 0, [], sum == checksum ? (byte)0 : (byte)0x07);
                break;
            case 0x06 when _isLoading && data.Length == 8:
                Reply(op, 0, []);
                _isLoading = false;
                if (Word(data, 0) == 0)
                {
                    IsInStub = true;
                    _isAttached = true;
                    SendFrame("OHAI"u8);
                }
                break;
            case 0xD2 when IsInStub && data.Length == 16:
                Reply(op, 0, []);
                (_readAt, _readLeft, _readBlock, _readSent) = ((int)Word(data, 0), (int)Word(data, 4), (int)Word(data, 8), 0);
                _readHash = MD5.HashData(Flash.Read(_readAt, _readLeft));
                for (int i = 0; i < (int)Word(data, 12) && _readSent < _readLeft; i++)
                {
                    SendBlock();
                }
                break;
            default:
                Reply(op, 0, [], IsInStub ? (byte)0xFF : (byte)0x05);
                break;
        }
    }

    private void SendBlock()
    {
        int count = Math.Min(_readBlock, _readLeft - _readSent);
        SendFrame(Flash.Read(_readAt + _readSent, count));
        _readSent += count;
        ReadByFrames += count;
    }

    /// <summary>The host has that many bytes.</summary>
    private void Acknowledge(int bytes)
    {
        if (_readSent < _readLeft)
        {
            SendBlock();
        }
        else if (bytes == _readLeft)
        {
            _readLeft = -1;
            SendFrame(_readHash);
        }
    }
}
