namespace Otedama.Tests.Asic;

/// <summary>
/// TPS546D24 as PMBus sees it: words least significant byte first, device id, names and compensation as blocks, the output off until OPERATION says
/// on, a voltage outside VOUT_MIN and VOUT_MAX clamped and reported.
/// </summary>
internal sealed class SimTps546 : SimPart
{
    private readonly Dictionary<byte, ushort> _words = [];
    private readonly Dictionary<byte, byte> _bytes = [];
    private readonly Dictionary<byte, byte[]> _blocks = new() { [0x99] = new byte[3], [0x9A] = new byte[3], [0x9B] = new byte[3], [0xB1] = new byte[5] };
    private ushort _latched;

    public SimTps546()
        : base(0x24)
    {
        _bytes[0x01] = 0x00;
        _bytes[0x20] = 0x17; // exponent -9
        _words[0x24] = 3 << 9;
        _words[0x2B] = 1 << 8;
        _words[0x21] = 0;
    }

    public byte[] Id { get; set; } = [0x54, 0x49, 0x54, 0x6D, 0x24, 0x41];

    public bool IsOn => _bytes[0x01] == 0x80;

    /// <summary>At the output, volts; 0 while it is off.</summary>
    public double Volts => IsOn ? _words[0x21] / 512.0 : 0;

    public Func<double> Amps { get; set; } = static () => 10;

    public double Celsius { get; set; } = 50;

    public Action<bool> OnOutput { get; set; } = static _ => { };

    public double InputVolts { get; set; } = 5;

    /// <summary>What was written, in order: commands alone.</summary>
    public List<byte> Written { get; } = [];

    public ushort Word(byte command) => _words.GetValueOrDefault(command);

    /// <summary>As an overcurrent would: the bit stays until faults are cleared, and the output goes off.</summary>
    public void Fault(ushort bits)
    {
        _latched |= bits;
        _bytes[0x01] = 0x00;
        OnOutput(false);
    }

    protected override void OnWrite(byte register, ReadOnlySpan<byte> data)
    {
        if (register != 0x03 && data.Length == 0)
        {
            return; // the pointer of a read
        }
        Written.Add(register);
        if (register == 0x03)
        {
            _latched = 0;
        }
        else if (data.Length == 1)
        {
            _bytes[register] = data[0];
            if (register == 0x01)
            {
                OnOutput(IsOn);
            }
        }
        else if (data.Length == 2)
        {
            ushort word = (ushort)(data[0] | (data[1] << 8));
            if (register == 0x21 && (word > _words[0x24] || word < _words[0x2B]))
            {
                word = Math.Clamp(word, _words[0x2B], _words[0x24]);
                _latched |= 0x8000;
            }
            _words[register] = word;
        }
        else if (_blocks.TryGetValue(register, out byte[]? block) && data.Length == block.Length + 1 && data[0] == block.Length)
        {
            data[1..].CopyTo(block);
        }
        else
        {
            _latched |= 0x0002; // communication
        }
    }

    protected override byte[] OnRead(byte register, int count)
    {
        byte[] whole = register switch
        {
            0xAD => [(byte)Id.Length, .. Id],
            0x79 => Word((ushort)(_latched | (IsOn ? 0 : 0x0840))),
            0x88 => Word(Linear11(InputVolts, -4)),
            0x8B => Word((ushort)Math.Round(Volts * 512)),
            0x8C => Word(Linear11(IsOn ? Amps() : 0, -4)),
            0x8D => Word(Linear11(Celsius, 0)),
            _ when _blocks.TryGetValue(register, out byte[]? block) => [(byte)block.Length, .. block],
            _ when _bytes.TryGetValue(register, out byte one) => [one],
            _ => Word(_words.GetValueOrDefault(register)),
        };
        byte[] data = new byte[count];
        data.AsSpan().Fill(0xFF);
        whole.AsSpan(0, Math.Min(count, whole.Length)).CopyTo(data);
        return data;
    }

    private static byte[] Word(int value) => [Bits.Byte(value), Bits.Byte(value >> 8)];

    /// <summary>With an exponent that is given, as the part measures.</summary>
    private static ushort Linear11(double value, int exponent) =>
        (ushort)(((exponent & 0x1F) << 11) | ((int)Math.Round(value * Math.Pow(2, -exponent)) & 0x7FF));
}
