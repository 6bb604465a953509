using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>WCH CH340 and CH341. They have no published requests; these are the ones Linux's driver found.</summary>
internal sealed class Ch341Bridge(IUsbConnection usb) : BridgeChip(usb)
{
    private const byte Version = 0x5F, WriteRegister = 0x9A, Start = 0xA1, SetModem = 0xA4;
    private const int RateRegisters = 0x1312, LineRegisters = 0x2518;
    private const int EightNoneOne = 0xC3; // receiver and transmitter on, 8 bits
    private const int Clock = 48_000_000;
    private const int AtOnce = 0x80; // do not wait until 32 bytes are there
    private const int DataTerminalReady = 0x20, RequestToSend = 0x40;

    public override void Begin(int rate)
    {
        Span<byte> version = stackalloc byte[2];
        _ = Usb.ControlIn(VendorIn, Version, 0, 0, version, Patience);
        Send(VendorOut, Start, 0, 0);
        SetRate(rate);
        Send(VendorOut, WriteRegister, LineRegisters, EightNoneOne);
        SetLines(true, true); // as opening a port does
    }

    public override void SetRate(int rate)
    {
        (int index, double real) = Divisor(rate);
        RequireNear(rate, real);
        Send(VendorOut, WriteRegister, RateRegisters, index);
    }

    /// <summary>The request takes the lines as the pins are: asserted is low.</summary>
    public override void SetLines(bool dataTerminalReady, bool requestToSend) =>
        Send(VendorOut, SetModem,
            ~((dataTerminalReady ? DataTerminalReady : 0) | (requestToSend ? RequestToSend : 0)) & 0xFFFF, 0);

    /// <summary>It has no request for that; what has come is read and thrown away.</summary>
    public override void Discard()
    {
    }

    /// <summary>
    /// The rate is 48 MHz divided by a power of two (prescaler 0 to 3, each 8 times faster, and one bit that doubles)
    /// and by 2 to 255; the doubled clock divides by 9 at least. The best of all, of equals the fastest clock.
    /// </summary>
    public static (int Index, double Real) Divisor(int rate)
    {
        (int Index, double Real) best = (0, 0);
        for (int prescaler = 3; prescaler >= 0; prescaler--)
        {
            for (int doubled = 0; doubled < 2; doubled++)
            {
                double clock = (double)Clock / (1 << (12 - (3 * prescaler) - doubled));
                int divisor = (int)Math.Clamp(Math.Round(clock / rate), doubled == 0 ? 2 : 9, 255);
                double real = clock / divisor;
                if (Math.Abs(real - rate) < Math.Abs(best.Real - rate))
                {
                    best = (((0x100 - divisor) << 8) | AtOnce | (doubled << 2) | prescaler, real);
                }
            }
        }
        return best;
    }
}
