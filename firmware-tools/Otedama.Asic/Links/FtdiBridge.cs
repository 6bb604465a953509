using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>
/// FTDI: FT232R, FT-X (0403:6015) and the fast ones with one to four ports. Each packet to the host begins with two
/// bytes of modem and line status. Source: FTDI AN_232B-05 for the divisor, cgminer's requests as captured from it.
/// </summary>
internal sealed class FtdiBridge(IUsbConnection usb, int number, int packetBytes) : BridgeChip(usb)
{
    private const byte Reset = 0, SetModem = 1, SetFlow = 2, SetBaud = 3, SetData = 4, SetLatency = 9, SetBitMode =
        0x0B, GetPins = 0x0C;
    private const int ResetAll = 0, PurgeReceived = 1, PurgeSent = 2; // values of Reset
    private const int EightNoneOne = 8;
    private const int CbusMode = 0x2000;
    private const int StatusBytes = 2;

    /// <summary>The line status of a transmitter that has nothing left.</summary>
    private const byte TransmitterEmpty = 0x40;

    /// <summary>Milliseconds after which a packet that is not full is sent; 16 when nobody sets it, and a nonce waits
    /// so long.</summary>
    private const int LatencyMilliseconds = 1;

    /// <summary>In eighths: the code of each fraction of the divisor.</summary>
    private static readonly int[] s_fractions = [0, 3, 2, 4, 1, 5, 6, 7];

    private byte _lineStatus;

    /// <summary>Adapters with several ports count them from 1 in their requests; the others say 0.</summary>
    private int Port => Usb.Device.Interfaces.Count > 1 ? number + 1 : 0;

    public override void Begin(int rate)
    {
        Send(VendorOut, Reset, ResetAll, Port);
        Send(VendorOut, SetData, EightNoneOne, Port);
        SetRate(rate);
        Send(VendorOut, SetFlow, 0, Port);
        Send(VendorOut, SetLatency, LatencyMilliseconds, Port);
        Send(VendorOut, Reset, PurgeSent, Port);
        Send(VendorOut, Reset, PurgeReceived, Port);
    }

    public override void SetRate(int rate)
    {
        (int value, int index, double real) = Divisor(rate, IsFast);
        RequireNear(rate, real);
        Send(VendorOut, SetBaud, value, IsOld ? index : (index << 8) | Port);
    }

    public override void SetLines(bool dataTerminalReady, bool requestToSend) =>
        Send(VendorOut, SetModem, 0x0300 | (dataTerminalReady ? 1 : 0) | (requestToSend ? 2 : 0), Port);

    public override void Discard() => Send(VendorOut, Reset, PurgeReceived, Port);

    public override int Strip(Span<byte> packets)
    {
        int kept = 0;
        for (int at = 0; at + StatusBytes <= packets.Length; at += packetBytes)
        {
            _lineStatus = packets[at + 1];
            Span<byte> data = packets[(at + StatusBytes)..Math.Min(at + packetBytes, packets.Length)];
            data.CopyTo(packets[kept..]);
            kept += data.Length;
        }
        return kept;
    }

    /// <summary>As of the newest packet: whoever asks reads one first.</summary>
    public override bool? IsSent() => (_lineStatus & TransmitterEmpty) != 0;

    public override void SetPins(byte mask, byte levels) =>
        Send(VendorOut, SetBitMode, CbusMode | ((mask & 0xF) << 4) | (levels & 0xF), Port);

    public override byte ReadPins()
    {
        Span<byte> pins = stackalloc byte[1];
        return Usb.ControlIn(VendorIn, GetPins, 0, (ushort)Port, pins, Patience) == 1
            ? pins[0] : throw new PortException(PortFault.Other, "the adapter did not say what its pins read");
    }

    /// <summary>
    /// The divisor of 3 MHz, or of 12 MHz on the fast ones, in eighths and as the request codes it: 14 bits of whole
    /// number, three of fraction. Below 2 there are only 1 and 1.5, coded 0 and 1.
    /// </summary>
    public static (int Value, int Index, double Real) Divisor(int rate, bool fast)
    {
        double clock = fast ? 12_000_000 : 3_000_000;
        int eighths = (int)Math.Clamp(Math.Round(clock * 8 / rate, MidpointRounding.AwayFromZero), 8, 0x3FFF * 8);
        if (eighths < 16)
        {
            eighths = new[] { 8, 12, 16 }.MinBy(one => Math.Abs((clock * 8 / one) - rate));
        }
        double real = clock * 8 / eighths;
        int coded = eighths switch
        {
            8 => 0,
            12 => 1,
            _ => (eighths >> 3) | (s_fractions[eighths & 7] << 14),
        };
        return (coded & 0xFFFF, (coded >> 16) | (fast ? 2 : 0), real);
    }

    /// <summary>
    /// FT232B and FT232R, which know no port: the top bit of the fraction is the lowest of the index there, and in the
    /// high byte of all others, FT-X included (Linux, ftdi_sio).
    /// </summary>
    private bool IsOld => (Usb.Device.Release >> 8) is 2 or 4 or 6;

    /// <summary>FT2232H, FT4232H, FT232H by their release number.</summary>
    private bool IsFast => (Usb.Device.Release >> 8) is 7 or 8 or 9;
}
