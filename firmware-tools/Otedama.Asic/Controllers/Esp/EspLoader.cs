namespace Otedama.Asic;

/// <summary>
/// A session with the loader of an ESP32-S3: into it, who it is, at what rate, and back into it after a fault. One
/// thread.
/// </summary>
public sealed class EspLoader(EspPort port, int fastest = EspLoader.RateMax, EspStub? stub = null) : IDisposable
{
    public const int RateMax = 921_600;
    private const int FirstRate = 115_200;
    private const int AttemptsMax = 7;
    private const int FaultsPerRate = 2;
    private const uint MagicAddress = 0x40001000;
    private const uint MacLow = 0x60007044;
    private const uint MacHigh = 0x60007048;

    private static readonly int[] s_ladder = [921_600, 460_800, 230_400, FirstRate];
    private static readonly int[] s_withoutReset = [FirstRate, 921_600, 460_800, 230_400];
    private static readonly TimeSpan s_afterRate = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_greeting = TimeSpan.FromSeconds(3);

    private readonly EspRomClient _rom = new(port);
    private int _ceiling = fastest;
    private int _faults;
    private bool _hasRate;

    public EspRomClient Rom => _rom;

    public EspSpiFlash Spi => field ??= new EspSpiFlash(_rom);

    public EspPort Port => port;

    /// <summary>Bits a second now.</summary>
    public int Rate { get; private set; } = FirstRate;

    public EspChip? Chip { get; private set; }

    /// <summary>
    /// Brings the chip into its loader, looks who it is, attaches the flash and raises the rate. Throws EspException or
    /// LinkException with what to do.
    /// </summary>
    public EspChip Connect()
    {
        Enter();
        uint magic = _rom.ReadReg(MagicAddress);
        EspSecurity security;
        try
        {
            security = _rom.SecurityInfo();
        }
        catch (EspException e) when (e.Error != 0)
        {
            throw new EspException(
                $"{port.Name}: this is no ESP32-S3: the chip (magic {magic:X8}h) does not know the question for its "
                + "kind. Nothing was written.", e.Error);
        }
        if (security.ChipId != EspChip.S3)
        {
            throw new EspException(
                $"{port.Name}: the chip is of kind {security.ChipId}; these boards have {EspChip.S3} (ESP32-S3). "
                + "Nothing was written. Is it the right port?");
        }
        string mac = MacOf(_rom.ReadReg(MacLow), _rom.ReadReg(MacHigh));
        if (Chip is { } before && before.Mac != mac)
        {
            throw new EspException(
                $"{port.Name}: another chip answers now: {mac} instead of {before.Mac}. Connect the first one again.");
        }
        Chip = new EspChip(mac, security, Chip?.FlashId ?? 0, Chip?.FlashSize ?? 0);
        if (security.SecureDownload)
        {
            return Chip; // its loader takes no more than this
        }
        if (stub is not null && !_rom.IsInRam)
        {
            PutIntoMemory(stub);
        }
        Attach();
        Raise();
        return Chip;
    }

    /// <summary>What is in the flash, checked with an MD5 of it: by frames where a loader in RAM runs, else 64 bytes
    /// at a time.</summary>
    public byte[] Read(uint address, int length) =>
        _rom.IsInRam ? EspStubReader.Read(_rom, port, address, length) : Spi.Read(address, length);

    /// <summary>
    /// After a reply that did not come or came damaged: synchronises at the rate as it is; if that fails, opens and
    /// enters anew. Every second fault lowers the highest rate one step.
    /// </summary>
    public void Recover(bool isGone)
    {
        if (++_faults % FaultsPerRate == 0)
        {
            _ceiling = s_ladder.FirstOrDefault(rate => rate < _ceiling, FirstRate);
        }
        if (isGone)
        {
            port.Reopen();
        }
        else if (_rom.TrySync(out _))
        {
            if (Rate > _ceiling)
            {
                SetRate(_ceiling);
            }
            return;
        }
        Connect();
    }

    /// <summary>Starts the program. False where the link has no lines: the operator presses RESET or cuts the
    /// power.</summary>
    public bool Run()
    {
        try
        {
            port.Dance(port.IsUsbOfChip ? EspReset.RunUsb : EspReset.Run);
        }
        catch (LinkException e) when (e.Fault == LinkFault.Gone)
        {
            return true; // a USB port of the chip goes with the reset
        }
        if (!port.HasLines)
        {
            LeaveAtFirstRate();
        }
        Rate = FirstRate;
        port.TrySetRate(FirstRate);
        return port.HasLines;
    }

    public void Dispose() => port.Dispose();

    /// <summary>It stays in its loader: at the rate where the next tool looks for it first.</summary>
    private void LeaveAtFirstRate()
    {
        try
        {
            if (Rate != FirstRate)
            {
                _rom.ChangeBaud(FirstRate, (uint)Rate);
            }
        }
        catch (EspException)
        {
            // It answers no more: then it was reset by hand, and is at that rate.
        }
        catch (LinkException)
        {
            // The same.
        }
    }

    private void Enter()
    {
        bool inRam = false;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            try
            {
                // Without a reset the chip is at the rate that it was left at.
                int rate = port.HasLines ? FirstRate : s_withoutReset[attempt % s_withoutReset.Length];
                _hasRate = port.TrySetRate(rate);
                Rate = rate;
                Dance(attempt);
                _rom.IsInRam = false;
                if (_rom.TrySync(out bool answersInRam))
                {
                    return;
                }
                inRam |= answersInRam;
                if (answersInRam && stub is not null && !port.HasLines)
                {
                    _rom.IsInRam = true; // it stayed where no line could reset it
                    return;
                }
            }
            catch (LinkException e) when (e.Fault == LinkFault.Gone && attempt < AttemptsMax - 1)
            {
                port.Reopen();
            }
        }
        throw new EspException($"{port.Name}: {Silence(inRam)}");
    }

    private void Dance(int attempt)
    {
        if (port.HasLines)
        {
            bool usb = port.IsUsbOfChip;
            port.Dance((attempt % 3) switch
            {
                0 => usb ? EspReset.Usb : EspReset.Tight,
                1 => usb ? EspReset.Usb : EspReset.TightLong,
                _ => EspReset.Classic,
            });
        }
    }

    private string Silence(bool inRam) => inRam
        ? "a loader in RAM answers instead of the chip's own. Cut the power of the board and try again."
        : port.Text.Contains("FLASH_BOOT", StringComparison.Ordinal)
            ? "the chip starts its program instead of its loader. Hold BOOT, press RESET, let go of BOOT, and try "
            + "again."
            : !port.HasLines
                ? "no loader of an ESP chip answers, and this link has no lines to reset it. Hold BOOT, press RESET, "
                + "let go of BOOT, and try again."
                : "no loader of an ESP chip answers. Is it the right port? Then hold BOOT, press RESET, let go of "
                + "BOOT, and try again.";

    /// <summary>It greets with a frame of its own once it runs.</summary>
    private void PutIntoMemory(EspStub loader)
    {
        _rom.Load(loader.TextStart, loader.Text);
        if (loader.Data.Length > 0)
        {
            _rom.Load(loader.DataStart, loader.Data);
        }
        _rom.RunAt(loader.Entry);
        if (port.Receive(s_greeting) is not [(byte)'O', (byte)'H', (byte)'A', (byte)'I'])
        {
            throw new EspException(
                $"{port.Name}: the stub was put into memory and does not say OHAI in {s_greeting.TotalSeconds:F0} s. "
                + "Is it one for the ESP32-S3? Nothing was written; without --stub the chip's own loader is used.");
        }
        _rom.IsInRam = true;
    }

    private void Attach()
    {
        _rom.SpiAttach();
        uint id = Spi.Id();
        int power = (int)(id >> 16);
        if (power is < 0x14 or > 0x19)
        {
            throw new EspException(
                $"{port.Name}: the flash chip says {id:X6}h, of which {power:X2}h should be the power of its size "
                + "(14h to 19h, 1 to 32 MiB). Nothing was written. Is it soldered well?");
        }
        Chip = Chip! with { FlashId = id, FlashSize = 1L << power };
        _rom.SpiSetParams((uint)Chip.FlashSize);
    }

    private void Raise()
    {
        if (_ceiling > Rate && _hasRate && !port.IsUsbOfChip && !port.IsNetwork)
        {
            SetRate(_ceiling);
        }
    }

    private void SetRate(int rate)
    {
        _rom.ChangeBaud((uint)rate, (uint)Rate);
        port.TrySetRate(rate);
        Rate = rate;
        port.Listen(s_afterRate);
        port.Discard();
        if (!_rom.TrySync(out _))
        {
            _ceiling = FirstRate;
            Enter();
            if (stub is not null && !_rom.IsInRam)
            {
                PutIntoMemory(stub);
            }
            Reattach();
        }
    }

    private void Reattach()
    {
        _rom.SpiAttach();
        _rom.SpiSetParams((uint)Chip!.FlashSize);
    }

    private static string MacOf(uint low, uint high)
    {
        string hex = $"{high & 0xFFFF:x4}{low:x8}";
        return string.Join(':', Enumerable.Range(0, 6).Select(i => hex.Substring(2 * i, 2)));
    }
}

/// <param name="Mac">Lower case with colons, from the fuses.</param>
/// <param name="FlashId">As the flash chip says; 0 = not asked.</param>
/// <param name="FlashSize">Bytes; 0 = not asked.</param>
public sealed record EspChip(string Mac, EspSecurity Security, uint FlashId, long FlashSize)
{
    /// <summary>Chip id of the ESP32-S3.</summary>
    public const int S3 = 9;
}
