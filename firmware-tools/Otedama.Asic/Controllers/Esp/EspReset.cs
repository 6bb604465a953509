namespace Otedama.Asic;

/// <summary>
/// How lines bring a chip into its loader or start its program. With the usual two transistors DTR alone pulls IO0 low
/// (loader), RTS alone pulls EN low (reset), and both together do neither.
/// </summary>
public static class EspReset
{
    public static ReadOnlySpan<EspLines> Tight => s_tight;

    /// <summary>For chips whose EN rises slowly.</summary>
    public static ReadOnlySpan<EspLines> TightLong => s_tightLong;

    public static ReadOnlySpan<EspLines> Classic => s_classic;

    /// <summary>The chip's own USB port sees the lines as messages.</summary>
    public static ReadOnlySpan<EspLines> Usb => s_usb;

    public static ReadOnlySpan<EspLines> Run => s_run;

    public static ReadOnlySpan<EspLines> RunUsb => s_runUsb;

    private static readonly EspLines[] s_tight =
        [new(false, false), new(true, true), new(false, true, 100), new(true, false, 50), new(false, false)];
    private static readonly EspLines[] s_tightLong =
        [new(false, false), new(true, true), new(false, true, 100), new(true, false, 550), new(false, false)];
    private static readonly EspLines[] s_classic =
        [new(false, false), new(false, true, 100), new(true, true), new(true, false, 50), new(false, false)];
    private static readonly EspLines[] s_usb =
        [new(false, false, 100), new(true, false, 100), new(true, true), new(false, true), new(false, true, 100),
        new(false, false)];
    private static readonly EspLines[] s_run = [new(false, false), new(false, true, 100), new(false, false)];
    private static readonly EspLines[] s_runUsb = [new(false, false), new(false, true, 200), new(false, false, 200)];
}
