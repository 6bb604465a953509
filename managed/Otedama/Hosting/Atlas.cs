using System.Net;
using MaxMind.Db;
using Microsoft.Extensions.Logging;
using Otedama.Interop;
using Otedama.Pool;

namespace Otedama;

/// <summary>
/// The databases of countries and of autonomous systems that the operator named, read whole at the start: a file that
/// is replaced or torn later changes nothing. Any thread.
/// </summary>
internal sealed partial class Atlas : IAtlas
{
    private static readonly IPAddress s_any = IPAddress.Parse("1.1.1.1");

    private readonly Func<IPAddress, Dictionary<string, object>?>? _countries, _systems;
    private readonly ILogger _logger;
    private int _warned;

    private Atlas(Reader? countries, Reader? systems, ILogger logger)
    {
        _countries = countries is null ? null : address => countries.Find<Dictionary<string, object>>(address);
        _systems = systems is null ? null : address => systems.Find<Dictionary<string, object>>(address);
        SystemEdition = systems is null ? 0 : (ulong)systems.Metadata.BuildDate.Ticks;
        _logger = logger;
    }

    public ulong SystemEdition { get; }

    /// <summary>Null where none is named. Throws ConfigurationException for a file that cannot be used.</summary>
    public static Atlas? Open(Configuration configuration, ILogger logger)
    {
        Reader? countries = Read(configuration, Settings.RegionDatabase, static type => !type.Contains("ASN"), logger);
        Reader? systems = Read(configuration, Settings.AsnDatabase,
            static type => !type.Contains("Country") && !type.Contains("City"), logger);
        return countries is null && systems is null ? null : new Atlas(countries, systems, logger);
    }

    public uint SystemOf(IPAddress address) =>
        Look(_systems, address)?.GetValueOrDefault("autonomous_system_number") is long number
            and > 0 and <= uint.MaxValue
            ? (uint)number : 0;

    public RegionFacts RegionOf(IPAddress address)
    {
        Dictionary<string, object>? found = Look(_countries, address);
        string country = Code(found, "country", "iso_code");
        return new RegionFacts(
            country.Length > 0 ? country : Code(found, "registered_country", "iso_code"),
            Code(found, "continent", "code"));
    }

    /// <summary>Two letters, or none: what else stands there is no code.</summary>
    private static string Code(Dictionary<string, object>? found, string part, string key) =>
        found?.GetValueOrDefault(part) is Dictionary<string, object> inner
            && inner.GetValueOrDefault(key) is string code
            && code.Length == 2 && code.All(char.IsAsciiLetterUpper) ? code : "";

    /// <summary>
    /// A database that is damaged in the middle is found out here: what it does not tell is not known.
    /// </summary>
    private Dictionary<string, object>? Look(Func<IPAddress, Dictionary<string, object>?>? find, IPAddress address)
    {
        try
        {
            return find?.Invoke(address);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (Interlocked.Exchange(ref _warned, 1) == 0)
            {
                LogDamaged(find == _systems ? Settings.AsnDatabase.Key : Settings.RegionDatabase.Key,
                    address, e.Message);
            }
            return null;
        }
    }

    private static Reader? Read(
        Configuration configuration, Setting<string> setting, Func<string, bool> fits, ILogger logger)
    {
        string path = configuration.Get(setting);
        if (path.Length == 0)
        {
            return null;
        }
        Reader reader;
        string type;
        DateTime built;
        try
        {
            reader = new Reader(new MemoryStream(GivenFile.ReadAll(path)));
            (type, built) = (reader.Metadata.DatabaseType, reader.Metadata.BuildDate);
            _ = reader.Find<Dictionary<string, object>>(s_any);
            if (type is not { Length: > 0 })
            {
                throw new InvalidDataException("it does not say what it is a database of");
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new ConfigurationException($"{setting.Key}: {path} cannot be used: "
                + $"{Said(e)} ({configuration.Of(setting).Place}). "
                + "Give a whole MaxMind DB file (.mmdb), or leave it out.");
        }
        if (!fits(type))
        {
            throw new ConfigurationException(
                $"{setting.Key}: {path} is a database of another kind, {SettingTypes.Shorten(type)} "
                + $"({configuration.Of(setting).Place}). {Settings.RegionDatabase.Key} takes one of countries, "
                + $"{Settings.AsnDatabase.Key} one of autonomous systems.");
        }
        LogOpened(logger, setting.Key, SettingTypes.Shorten(type), built);
        return reader;
    }

    /// <summary>The reader's words on a damaged one end in the name of a stream, which has none.</summary>
    private static string Said(Exception e) => e is IOException or UnauthorizedAccessException or InvalidDataException
        ? e.Message.TrimEnd('.') : $"it is damaged or no database: {e.Message.Replace("()", "").TrimEnd('.', ' ')}";

    [LoggerMessage(Level = LogLevel.Information, EventName = "atlas_opened",
        Message = "{Setting}: database {Type} of {Built:yyyy-MM-dd}")]
    private static partial void LogOpened(ILogger logger, string setting, string type, DateTime built);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "atlas_damaged",
        Message = "{Setting} is damaged: it cannot tell of {Address}: {Problem}. "
            + "Get it anew; until then what it does not tell is not known.")]
    private partial void LogDamaged(string setting, IPAddress address, string problem);
}
