using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Otedama.Asic;

namespace Otedama;

/// <summary>The settings below asic.fleet in the words of the fleet's parts; every problem is a sentence.</summary>
internal static class FleetChoice
{
    /// <summary>Bytes of a file with a password.</summary>
    public const int PasswordFileMax = 4096;

    public static string[] DeviceFields { get; } = ["driver", "group", "web_port", "api_port", "unlocked",
        .. SecretFields_()];

    public static string[] SecretFields { get; } = SecretFields_();

    public static string[] AlarmFields { get; } = ["limit", "raise_looks", "raise_seconds", "clear_looks",
        "clear_seconds", "enabled", "model"];

    /// <summary>Whether anything is to be watched.</summary>
    public static bool IsConfigured(Configuration configuration) =>
        configuration.Get(Settings.FleetRanges).Count > 0 || configuration.Get(Settings.FleetDevices).Count > 0;

    /// <summary>Null where none is given, or where what is given adds to the problems.</summary>
    /// <param name="place">What the ranges are called in a message.</param>
    public static AddressRanges? Ranges(IReadOnlyList<string> texts, bool allowPublic, string place,
        List<string> problems)
    {
        try
        {
            return texts.Count > 0 ? AddressRanges.Parse(texts, allowPublic) : null;
        }
        catch (AddressRangeException e)
        {
            problems.Add($"{place}: {e.Message}");
            return null;
        }
    }

    /// <summary>Devices of the configuration; a problem for each that cannot be.</summary>
    public static IReadOnlyList<FleetDeviceChoice> Devices(
        Configuration configuration, IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        List<FleetDeviceChoice> devices = [];
        string place = configuration.Of(Settings.FleetDevices).Place;
        foreach (UrlEntry entry in configuration.Get(Settings.FleetDevices))
        {
            string where = $"asic.fleet.devices: {SettingTypes.Shorten(entry.Url)}";
            (string host, int? port) = Split(entry.Url);
            if (AddressRanges.Ambiguous(entry.Url.Split(':')[0]) is { } ambiguous)
            {
                problems.Add($"{where} {ambiguous} ({place})");
                continue;
            }
            if (!IPAddress.TryParse(host, out IPAddress? address))
            {
                problems.Add($"{where} is no address ({place}). Give one such as 192.168.1.7 or 192.168.1.7:4028; "
                    + $"names are not looked up, so that a device cannot be swapped for another.");
                continue;
            }
            if (!configuration.Get(Settings.FleetAllowPublic) && !IsPrivate(address))
            {
                problems.Add($"{where} is no private address ({place}). If it is yours, set "
                    + $"asic.fleet.allow_public: true.");
            }
            string driver = entry["driver"];
            if (driver.Length > 0 && !FleetKit.DriverNames.Contains(driver))
            {
                problems.Add($"{where}: there is no driver \"{SettingTypes.Shorten(driver)}\" "
                    + $"({place}){Nearest.Suggest(driver, FleetKit.DriverNames)} "
                    + $"There are: {string.Join(", ", FleetKit.DriverNames)}.");
            }
            FleetPorts usual = new();
            FleetTarget target = new(address)
            {
                Ports = usual with
                {
                    Web = Number(entry, "web_port", port ?? usual.Web, 1, 65535, where, problems),
                    Api = Number(entry, "api_port", port ?? usual.Api, 1, 65535, where, problems),
                    // It is the API of the machines that speak version 3; the others keep both.
                    WhatsminerV3 = driver == "whatsminer-v3"
                        ? Number(entry, "api_port", port ?? usual.WhatsminerV3, 1, 65535, where, []) : usual.WhatsminerV3,
                },
                Credentials = Secret(entry, environment, where, problems) ?? CredentialsOf(configuration, driver,
                    environment, problems),
                Unlocked = entry["unlocked"] is "true" or "yes",
            };
            if (devices.Find(other => other.Target.At(other.Target.Ports.Web) == target.At(target.Ports.Web)
                && other.Target.Ports != target.Ports) is not null)
            {
                problems.Add($"{where} is there twice with web_port {target.Ports.Web} and other ports otherwise "
                    + $"({place}). Give each a web_port of its own, or write where each answers as its address, such "
                    + $"as {target.At(target.Ports.Api)}.");
                continue;
            }
            devices.Add(new FleetDeviceChoice(target, driver.Length > 0 ? driver : null, entry["group"].Length > 0
                ? entry["group"] : GroupOf(address)));
        }
        return devices;
    }

    /// <summary>User and password for devices of a driver; null = none is configured.</summary>
    public static FleetCredentials? CredentialsOf(
        Configuration configuration, string driver, IReadOnlyDictionary<string, string> environment,
            List<string> problems) =>
        configuration.Get(Settings.FleetCredentials).FirstOrDefault(entry => entry.Url == driver) is { } found
            ? Secret(found, environment, $"asic.fleet.credentials: {found.Url}", problems)
            : null;

    /// <summary>By driver.</summary>
    public static IReadOnlyDictionary<string, FleetCredentials> Credentials(
        Configuration configuration, IReadOnlyDictionary<string, string> environment, List<string> problems)
    {
        Dictionary<string, FleetCredentials> credentials = [];
        foreach (UrlEntry entry in configuration.Get(Settings.FleetCredentials))
        {
            if (!FleetKit.DriverNames.Contains(entry.Url))
            {
                problems.Add($"asic.fleet.credentials: there is no driver "
                    + $"\"{SettingTypes.Shorten(entry.Url)}\"{Nearest.Suggest(entry.Url, FleetKit.DriverNames)} "
                    + $"There are: {string.Join(", ", FleetKit.DriverNames)}.");
            }
            else if (CredentialsOf(configuration, entry.Url, environment, problems) is { } found)
            {
                credentials[entry.Url] = found;
            }
        }
        return credentials;
    }

    public static FleetWatchOptions Watch(Configuration configuration, string? folder, List<string> problems) => new()
    {
        Alarms = [.. configuration.Get(Settings.FleetAlarms).Select(entry =>
            Rule(entry, configuration.Of(Settings.FleetAlarms).Place, problems)).OfType<AlarmRule>()],
        PayoutUsers = configuration.Get(Settings.FleetPayoutUsers),
        KnownFirmware = configuration.Get(Settings.FleetFirmware),
        Folder = folder,
    };

    public static IReadOnlyList<ActionRule> Actions(Configuration configuration, List<string> problems)
    {
        List<ActionRule> rules = [];
        foreach (UrlEntry entry in configuration.Get(Settings.FleetActions))
        {
            string where = $"asic.fleet.actions: {SettingTypes.Shorten(entry.Url)}";
            if (AlarmTable.Find(entry.Url) is null)
            {
                problems.Add(NoAlarm("asic.fleet.actions", entry.Url, configuration.Of(Settings.FleetActions).Place));
            }
            else if (!ActionRule.Actions.Contains(entry["action"]))
            {
                problems.Add($"{where}: action \"{SettingTypes.Shorten(entry["action"])}\" is none of "
                    + $"{string.Join(", ", ActionRule.Actions)} ({configuration.Of(Settings.FleetActions).Place}).");
            }
            else
            {
                rules.Add(new ActionRule(entry.Url, entry["action"],
                    TimeSpan.FromSeconds(Number(entry, "after_seconds", 600, 0, 86_400, where, problems))));
            }
        }
        return rules;
    }

    public static ActionLimits Limits(Configuration configuration, List<string> problems)
    {
        List<MaintenanceWindow> windows = [];
        foreach (string text in configuration.Get(Settings.FleetMaintenance))
        {
            if (MaintenanceWindow.Parse(text) is { } window)
            {
                windows.Add(window);
            }
            else
            {
                problems.Add($"asic.fleet.maintenance: \"{SettingTypes.Shorten(text)}\" is no window "
                    + $"({configuration.Of(Settings.FleetMaintenance).Place}). Write sat 02:00-04:00, or daily "
                        + $"23:30-00:30.");
            }
        }
        return new ActionLimits
        {
            PerDeviceDay = configuration.Get(Settings.FleetPerDay),
            PerDeviceGap = TimeSpan.FromMinutes(configuration.Get(Settings.FleetGap)),
            FleetPercent = configuration.Get(Settings.FleetPercent),
            HoldOff = TimeSpan.FromMinutes(configuration.Get(Settings.FleetHoldOff)),
            Maintenance = windows,
            DryRun = configuration.Get(Settings.FleetDryRun),
        };
    }

    /// <summary>What restore_pools writes.</summary>
    public static IReadOnlyList<FleetPool> Pools(Configuration configuration, IReadOnlyDictionary<string,
        string> environment, List<string> problems)
    {
        List<FleetPool> pools = [];
        foreach (UrlEntry entry in configuration.Get(Settings.FleetPools))
        {
            string where = $"asic.fleet.pools: {SettingTypes.Shorten(entry.ShownUrl)}";
            if (entry["user"].Length == 0)
            {
                problems.Add($"{where}: \"user\" is missing ({configuration.Of(Settings.FleetPools).Place}): "
                    + $"whom shall the devices mine for?");
                continue;
            }
            pools.Add(new FleetPool(entry.Url, entry["user"],
                Secret(entry, environment, where, problems)?.Password ?? new FleetSecret("x")));
        }
        return pools;
    }

    /// <summary>10/8, 172.16/12, 192.168/16, 100.64/10, 169.254/16, loopback, fc00::/7, fe80::/10.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPrivate(address.MapToIPv4());
        }
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal)
        {
            return true;
        }
        byte[] bytes = address.GetAddressBytes();
        return address.AddressFamily == AddressFamily.InterNetwork
            && (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32)
                || (bytes[0] == 192 && bytes[1] == 168)
                || (bytes[0] == 100 && bytes[1] is >= 64 and < 128) || (bytes[0] == 169 && bytes[1] == 254));
    }

    /// <summary>What fails together where nobody said it: the /24.</summary>
    public static string GroupOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? $"{string.Join('.', address.ToString().Split('.').Take(3))}.0/24"
        : "ipv6";

    private static string[] SecretFields_() => ["user", "password", "password_file", "password_env"];

    private static (string Host, int? Port) Split(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? both) && both.Port > 0 ? (both.Address.ToString(), both.Port)
            : (text, null);

    private static AlarmRule? Rule(UrlEntry entry, string place, List<string> problems)
    {
        if (AlarmTable.Find(entry.Url) is not { } row)
        {
            problems.Add(NoAlarm("asic.fleet.alarms", entry.Url, place));
            return null;
        }
        string where = $"asic.fleet.alarms: {entry.Url}";
        double limit = row.Limit;
        if (entry["limit"].Length > 0 && !double.TryParse(entry["limit"], NumberStyles.Float,
            CultureInfo.InvariantCulture, out limit))
        {
            problems.Add($"{where}: limit \"{SettingTypes.Shorten(entry["limit"])}\" is no number ({place}).");
        }
        return row with
        {
            Limit = limit,
            RaiseLooks = Number(entry, "raise_looks", row.RaiseLooks, 1, 10_000, where, problems),
            RaiseAfter = TimeSpan.FromSeconds(Number(entry, "raise_seconds", (int)row.RaiseAfter.TotalSeconds, 0,
                604_800, where, problems)),
            ClearLooks = Number(entry, "clear_looks", row.ClearLooks, 1, 10_000, where, problems),
            ClearAfter = TimeSpan.FromSeconds(Number(entry, "clear_seconds", (int)row.ClearAfter.TotalSeconds, 0,
                604_800, where, problems)),
            IsEnabled = entry["enabled"] is not ("false" or "no" or "off"),
            Model = entry["model"],
        };
    }

    private static string NoAlarm(string key, string code, string place)
    {
        string[] codes = [.. AlarmTable.All.Select(static rule => rule.Code)];
        return $"{key}: there is no alarm \"{SettingTypes.Shorten(code)}\" "
            + $"({place}){Nearest.Suggest(code, codes)} There are: {string.Join(", ", codes)}.";
    }

    private static int Number(UrlEntry entry, string field, int usual, int min, int max, string where,
        List<string> problems)
    {
        string text = entry[field];
        if (text.Length == 0)
        {
            return usual;
        }
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= min
            && number <= max)
        {
            return number;
        }
        problems.Add($"{where}: {field} \"{SettingTypes.Shorten(text)}\" is no whole number from {min} to {max}.");
        return usual;
    }

    /// <summary>From the entry, a file or the environment; null = the entry names none. No problem quotes it.</summary>
    private static FleetCredentials? Secret(UrlEntry entry, IReadOnlyDictionary<string, string> environment,
        string where, List<string> problems)
    {
        string user = entry["user"];
        if (entry["password"].Length > 0)
        {
            return new FleetCredentials(user, new FleetSecret(entry["password"]));
        }
        if (entry["password_env"] is { Length: > 0 } name)
        {
            if (environment.TryGetValue(name, out string? value) && value.Length > 0)
            {
                return new FleetCredentials(user, new FleetSecret(value));
            }
            problems.Add($"{where}: the environment variable {SettingTypes.Shorten(name)} is not set or empty.");
            return null;
        }
        if (entry["password_file"] is { Length: > 0 } path)
        {
            try
            {
                string text = System.Text.Encoding.UTF8.GetString(Interop.GivenFile.ReadAll(path, PasswordFileMax));
                return new FleetCredentials(user, new FleetSecret(text.TrimEnd('\r', '\n')));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
            {
                problems.Add($"{where}: the password file cannot be read: {e.Message}");
                return null;
            }
        }
        return user.Length > 0 ? new FleetCredentials(user, new FleetSecret("")) : null;
    }
}

/// <summary>A device that is to be watched.</summary>
/// <param name="Driver">Null = it is found out.</param>
internal sealed record FleetDeviceChoice(FleetTarget Target, string? Driver, string Group);
