namespace Otedama.Tests.Asic;

/// <summary>Programs in RAM: what is uploaded is taken for Espressif's flasher, which then answers in the ROM's place.</summary>
internal sealed partial class SimulatedEsp32S3
{
    private bool _isLoading;

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
            default:
                Reply(op, 0, [], 0x05);
                break;
        }
    }
}
