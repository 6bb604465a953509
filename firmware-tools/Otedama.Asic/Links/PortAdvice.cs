using System.Globalization;
using Otedama.Interop;

namespace Otedama.Asic;

/// <summary>Sentences about a port that cannot be opened: what is the matter, and what to do about it.</summary>
public sealed class PortAdvice(PortFinder finder)
{
    /// <summary>What holds a port is looked for among so many programs, and so many files of each.</summary>
    private const int ProgramsMax = 32_768, FilesMax = 4_096;

    /// <summary>Ports named in a sentence.</summary>
    private const int NamedMax = 6;

    /// <summary>Debian's group for serial ports, when the port itself does not tell.</summary>
    private const string UsualGroup = "dialout";

    private const int GroupLinesMax = 4_096;

    /// <summary>Why a serial port was not opened.</summary>
    public string ForSerial(string path, PortException refused)
    {
        string detail = refused.Message;
        return refused.Fault switch
        {
            PortFault.Missing => $"{path}: there is no such port ({detail}). {Others(LinkKind.Serial)}",
            PortFault.Busy =>
                $"{path} is in use by {HolderOf(path) ?? "another program"}: {detail}. "
                + "Close that program, or name another port.",
            PortFault.Denied => Denied(path, GroupOf(path), finder.Serial(path)),
            PortFault.Unsupported => $"{path}: {detail}. {Others(LinkKind.Serial)}",
            _ => $"{path} cannot be opened: {detail}. Unplug it, plug it in again and repeat.",
        };
    }

    /// <summary>Why a USB device was not opened.</summary>
    public string ForUsb(string address, PortException refused, FoundPort? device) => refused.Fault switch
    {
        PortFault.Missing => $"{address}: no such USB device is plugged in. {Others(LinkKind.Usb)}",
        PortFault.Busy =>
            $"{address} is in use by another program ({refused.Message}). Close that program, or name another device.",
        PortFault.Denied => Denied(address, null, device),
        PortFault.Unsupported => $"{address} cannot be opened: {refused.Message}",
        _ => $"{address} cannot be opened: {refused.Message}. Unplug it, plug it in again and repeat.",
    };

    /// <summary>A port that is there and has another device behind it than was asked for.</summary>
    public static string WrongDevice(string name, FoundPort? found, string wanted) =>
        $"{name} is {found?.Describe() ?? "something else"}, not {wanted}. `otedama asic list` shows every port and "
            + "what is behind it.";

    /// <summary>
    /// The rule that lets the group dialout and whoever sits at the machine open a device of those ids, by its serial
    /// port and by USB. Both lines belong into one file.
    /// </summary>
    public static string UdevRule(ushort vendorId, ushort productId)
    {
        return $"{Line("tty", "ATTRS")}\n{Line("usb", "ATTR")}";

        string Line(string kind, string its) =>
            FormattableString.Invariant($"SUBSYSTEM==\"{kind}\", {its}{{idVendor}}==\"{vendorId:x4}\", ")
            + FormattableString.Invariant($"{its}{{idProduct}}==\"{productId:x4}\", GROUP=\"{UsualGroup}\", ")
            + "MODE=\"0660\", TAG+=\"uaccess\"";
    }

    /// <summary>Which file it belongs into: udev reads them by name, and uaccess wants to be before 73.</summary>
    public static string UdevFile(ushort vendorId, ushort productId) =>
        string.Create(CultureInfo.InvariantCulture, $"/etc/udev/rules.d/70-otedama-{vendorId:x4}-{productId:x4}.rules");

    /// <summary>That this user may not, to which group the port belongs, and the rule to add when it is a USB
    /// device.</summary>
    public static string Denied(string name, string? group, FoundPort? device)
    {
        string its = group is null or "root" ? UsualGroup : group;
        string join = $"sudo usermod -aG {its} $USER (then log in again)";
        bool isRoots = group == "root";
        string first = isRoots
            ? $"{name}: this user may not open it, only root may. Put"
            : $"{name}: this user may not open it; members of the group {its} may: {join}. Or put";
        const string Load = "then run: sudo udevadm control --reload && sudo udevadm trigger";
        string last = isRoots ? $"{Load}\nand join the group it gives the port to: {join}" : Load;
        if (device is { VendorId: { } vendor, ProductId: { } product })
        {
            return $"{first} this rule into {UdevFile(vendor, product)}:\n{UdevRule(vendor, product)}\n{last}";
        }
        string kernel = Path.GetFileName(name);
        return !isRoots || !name.StartsWith("/dev/", StringComparison.Ordinal)
            || !kernel.All(static c => char.IsAsciiLetterOrDigit(c))
            ? first[..first.LastIndexOf('.')] + "."
            : $"{first} this rule into /etc/udev/rules.d/70-otedama-{kernel}.rules:\n"
                + $"KERNEL==\"{kernel}\", GROUP=\"{UsualGroup}\", MODE=\"0660\"\n{last}";
    }

    /// <summary>The program that has a file open, as far as this user may see: "picocom (process 4711)".</summary>
    internal string? HolderOf(string path)
    {
        try
        {
            foreach (string folder in Directory.EnumerateDirectories(Path.Combine(finder.Root, "proc"))
                .Take(ProgramsMax))
            {
                if (int.TryParse(
                    Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                    && process != Environment.ProcessId && Holds(folder, path))
                {
                    return string.Create(CultureInfo.InvariantCulture, $"{NameOf(folder)} (process {process})");
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No /proc: then nobody can say.
        }
        return null;
    }

    /// <summary>The name of the group a port belongs to; null when it cannot be told.</summary>
    private string? GroupOf(string path) => FileOwner.GroupOf(path) is { } number ? GroupName(number) : null;

    internal string? GroupName(int number)
    {
        try
        {
            string wanted = number.ToString(CultureInfo.InvariantCulture);
            return File.ReadLines(Path.Combine(finder.Root, "etc/group")).Take(GroupLinesMax)
                .Select(static line => line.Split(':'))
                .FirstOrDefault(parts => parts.Length >= 3 && parts[2] == wanted)?[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Holds(string process, string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Take(FilesMax)
                .Any(link => new FileInfo(link).LinkTarget == path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // another user's, or it has just ended
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return PortText.Clean(File.ReadAllText(Path.Combine(process, "comm")).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another program";
        }
    }

    private string Others(LinkKind kind)
    {
        string[] there = [.. finder.List().Where(port => port.Kind == kind)
            .Select(static port => port.VendorId is null ? port.Address : $"{port.Address} ({port.Describe()})")];
        string what = kind == LinkKind.Serial ? "serial ports" : "USB devices";
        return there.Length == 0 ? $"There are no {what}; check the cable, and `otedama asic list` again."
            : $"There are these {what}: {string.Join(", ", there.Take(NamedMax))}"
            + $"{(there.Length > NamedMax ? $" and {there.Length - NamedMax} more" : "")}.";
    }
}
