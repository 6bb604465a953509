using System.Globalization;

namespace Otedama.Mining;

/// <summary>
/// Whether the machine is needed for something else: it runs on its battery, or somebody types at it. Reads what the kernel
/// shows below /sys, /dev and /proc; where it shows nothing, nothing is held against mining. Linux only.
/// </summary>
/// <param name="onBattery">Whether to look at the power supply.</param>
/// <param name="idleAfter">Without a key for this long nobody is there; zero = do not look.</param>
/// <param name="root">Folder that holds sys, dev and proc.</param>
public sealed class MachineWatch(bool onBattery, TimeSpan idleAfter, TimeProvider clock, string root = "/")
{
    private long _interrupts = -1;
    private DateTime? _builtInKeyAt;

    public bool LooksAtAnything => onBattery || idleAfter > TimeSpan.Zero;

    /// <summary>Why to pause, in words that follow "paused: "; empty when there is no reason.</summary>
    public string Reason()
    {
        if (onBattery && IsOnBattery())
        {
            return "the machine runs on its battery";
        }
        return idleAfter > TimeSpan.Zero && LastKeyAt() is DateTime at && clock.GetUtcNow().UtcDateTime - at < idleAfter
            ? "somebody uses the machine"
            : "";
    }

    /// <summary>A charger that is there decides; without one, a battery that discharges.</summary>
    private bool IsOnBattery()
    {
        bool battery = false, discharging = false, charger = false, plugged = false;
        foreach (string supply in Entries("sys/class/power_supply"))
        {
            switch (Text(supply, "type"))
            {
                case "Battery" when Text(supply, "scope") != "Device": // a mouse has one too
                    battery = true;
                    discharging |= Text(supply, "status") == "Discharging";
                    break;
                case "Mains" or "USB":
                    charger = true;
                    plugged |= Text(supply, "online") == "1";
                    break;
                default:
                    break;
            }
        }
        return battery && (charger ? !plugged : discharging);
    }

    /// <summary>
    /// The kernel stamps a terminal when a key is read from it: consoles, terminal windows and SSH logins. Built-in keyboards
    /// and touch pads of laptops interrupt, whichever window the key goes to.
    /// </summary>
    private DateTime? LastKeyAt()
    {
        long interrupts = Interrupts();
        if (_interrupts >= 0 && interrupts > _interrupts)
        {
            _builtInKeyAt = clock.GetUtcNow().UtcDateTime;
        }
        _interrupts = interrupts;
        IEnumerable<string> terminals = Entries("dev/pts").Where(static path => char.IsAsciiDigit(Path.GetFileName(path)[0]))
            .Concat(Enumerable.Range(1, 12).Select(number => Path.Combine(root, "dev", $"tty{number}")).Where(File.Exists));
        DateTime[] stamps = [.. terminals.Select(Stamp).Append(_builtInKeyAt).OfType<DateTime>()];
        return stamps.Length > 0 ? stamps.Max() : null;
    }

    /// <summary>Of the keyboard controller, over all processors.</summary>
    private long Interrupts() => Text(Path.Combine(root, "proc"), "interrupts").Split('\n')
        .Where(static line => line.TrimEnd().EndsWith("i8042", StringComparison.Ordinal))
        .SelectMany(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).TakeWhile(static word => long.TryParse(word, out _)))
        .Sum(static word => long.Parse(word, CultureInfo.InvariantCulture));

    private static DateTime? Stamp(string path)
    {
        try
        {
            return File.GetLastAccessTimeUtc(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // it was closed meanwhile
        }
    }

    private string[] Entries(string folder)
    {
        try
        {
            return Directory.GetFileSystemEntries(Path.Combine(root, folder));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string Text(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
