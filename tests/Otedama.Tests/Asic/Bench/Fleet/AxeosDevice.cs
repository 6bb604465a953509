using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Tests.Asic;

/// <summary>
/// A Bitaxe as ESP-Miner's HTTP server shows it (fleet specification 3, 10): settings in NVS, pools, two slots with the
/// update's state machine, a web partition. The model of the device: no socket, its clock from outside. One lock, any thread.
/// </summary>
internal sealed class AxeosDevice
{
    public const int SlotSize = 4 * 1024 * 1024, WebSize = 3 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private DateTimeOffset _booted;
    private DateTimeOffset? _upAt;
    private double _rateFactor = 1;
    private double _work;
    private DateTimeOffset _counted;

    public AxeosDevice(TimeProvider clock, string version = "v2.14.2")
    {
        _clock = clock;
        _booted = clock.GetUtcNow() - TimeSpan.FromDays(1);
        _counted = clock.GetUtcNow();
        Slots["factory"] = new AxeosSlot(AxeosImage.Make("v2.0.0", seed: 3));
        Slots["ota_0"] = new AxeosSlot(AxeosImage.Make(version, seed: 4));
        Slots["ota_1"] = new AxeosSlot(null);
        foreach ((string key, JsonNode value) in Defaults())
        {
            Nvs[key] = value;
        }
    }

    public AxeosFaults Faults { get; } = new();

    public string Asic { get; set; } = "BM1370";

    public string Model { get; set; } = "Gamma";

    public string Board { get; set; } = "601";

    public string Mac { get; set; } = "AA:BB:CC:DD:EE:FF";

    /// <summary>What survives a restart.</summary>
    public Dictionary<string, JsonNode> Nvs { get; } = [];

    /// <summary>factory, ota_0, ota_1.</summary>
    public Dictionary<string, AxeosSlot> Slots { get; } = [];

    /// <summary>The web partition; null = erased.</summary>
    public byte[]? Web { get; private set; } = [1];

    public string Running { get; private set; } = "ota_0";

    /// <summary>What otadata says to boot next.</summary>
    public string Boot { get; private set; } = "ota_0";

    public bool Paused { get; private set; }

    public bool Blinks { get; private set; }

    public int Restarts { get; private set; }

    /// <summary>Its only server task waits for bytes that do not come.</summary>
    public bool Hangs { get; set; }

    /// <summary>The last POST boot, PATCH and the like, in order, for tests.</summary>
    public List<string> Journal { get; } = [];

    public double ChipC { get; set; } = 61.5;

    public double RegulatorC { get; set; } = 64;

    public int Rssi { get; set; } = -48;

    public int Rejected { get; set; } = 1;

    public string ResetReason { get; private set; } = "Reset due to power-on event";

    public TimeSpan StartsIn { get; set; } = TimeSpan.FromSeconds(3);

    public bool IsUp
    {
        get
        {
            lock (_lock)
            {
                return _upAt is not DateTimeOffset up || _clock.GetUtcNow() >= up;
            }
        }
    }

    public string? Version => Slots[Running].Version;

    public string NextSlot => Running == "ota_0" ? "ota_1" : "ota_0";

    /// <summary>Power off and on.</summary>
    public void PowerCycle() => Restart("Reset due to power-on event");

    public void Restart(string reason)
    {
        lock (_lock)
        {
            string before = Running;
            // The bootloader takes what boots; a slot without a good image sends it to the other, then to factory.
            Running = Slots[Boot].Image is not null ? Boot : Slots["ota_0"].Image is not null ? "ota_0" : "factory";
            Restarts++;
            ResetReason = reason;
            Hangs = false;
            _booted = _clock.GetUtcNow() + StartsIn;
            _counted = _booted;
            _work = 0;
            bool dead = Slots[Running].DoesNotStart;
            _upAt = dead ? DateTimeOffset.MaxValue : _booted;
            if (before != Running)
            {
                _rateFactor = Slots[Running].RateFactor;
                Board = Slots[Running].BoardAs ?? Board;
                if (Slots[Running].UserAs is { } user)
                {
                    Nvs["stratumUser"] = user;
                }
            }
        }
    }

    public string Info()
    {
        lock (_lock)
        {
            JsonObject info = new()
            {
                ["ASICModel"] = Asic,
                ["boardVersion"] = Board,
                ["version"] = Version,
                ["axeOSVersion"] = Version,
                ["idfVersion"] = "v6.0.2",
                ["macAddr"] = Mac,
                ["ipv4"] = "127.0.0.1",
                ["runningPartition"] = Running,
                ["resetReason"] = ResetReason,
                ["uptimeSeconds"] = Math.Max(0, (long)(_clock.GetUtcNow() - _booted).TotalSeconds),
                ["smallCoreCount"] = 2040,
                ["freeHeap"] = 8_200_000,
                ["wifiRSSI"] = Rssi,
                ["wifiStatus"] = "Connected!",
            };
            JsonArray partitions = [];
            foreach ((string label, AxeosSlot slot) in Slots)
            {
                partitions.Add((JsonNode)new JsonObject { ["label"] = label, ["version"] = slot.Version, ["running"] = label == Running });
            }
            info["partitions"] = partitions;
            AddMining(info);
            AddSettings(info);
            foreach (string missing in Faults.MissingFields)
            {
                info.Remove(missing);
            }
            return info.ToJsonString();
        }
    }

    public string AsicInfo() => new JsonObject
    {
        ["ASICModel"] = Asic,
        ["deviceModel"] = Model,
        ["swarmColor"] = "green",
        ["asicCount"] = 1,
        ["defaultFrequency"] = 525,
        ["frequencyOptions"] = new JsonArray(400, 490, 525, 550, 600, 625),
        ["defaultVoltage"] = 1150,
        ["voltageOptions"] = new JsonArray(1000, 1060, 1100, 1150, 1200, 1250),
    }.ToJsonString();

    /// <summary>Any subset of settings; null = done, else why not.</summary>
    public string? Patch(string body)
    {
        JsonObject? settings;
        try
        {
            settings = JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            settings = null;
        }
        if (settings is null)
        {
            return "Invalid JSON";
        }
        lock (_lock)
        {
            foreach ((string key, JsonNode? value) in settings)
            {
                if (Range(key, value) is { } wrong)
                {
                    return wrong;
                }
            }
            foreach ((string key, JsonNode? value) in settings)
            {
                if (Nvs.ContainsKey(key) && value is not null)
                {
                    Nvs[key] = value.DeepClone();
                }
            }
            Journal.Add($"PATCH {string.Join(' ', settings.Select(static pair => pair.Key))}");
            return null;
        }
    }

    /// <summary>PUT pools/N; the list grows to hold it.</summary>
    public bool PutPool(int index, string? body)
    {
        if (index is < 0 or > 7)
        {
            return false;
        }
        lock (_lock)
        {
            JsonArray pools = (JsonArray)Nvs["pools"];
            JsonObject? pool = body is null ? null : JsonNode.Parse(body) as JsonObject;
            while (pools.Count <= index)
            {
                pools.Add((JsonNode)new JsonObject());
            }
            JsonObject kept = (JsonObject)pools[index]!.DeepClone();
            pools[index] = pool is null ? new JsonObject() : Merge(kept, pool);
            Journal.Add($"{(body is null ? "DELETE" : "PUT")} pools/{index}");
            return true;
        }
    }

    /// <returns>Status, then the message.</returns>
    public (int Status, string Body) Post(string verb, string body)
    {
        lock (_lock)
        {
            Journal.Add($"POST {verb}");
            switch (verb)
            {
                case "restart":
                    Restart("Software reset via esp_restart");
                    return (200, """{"message":"System will restart shortly."}""");
                case "pause" or "resume":
                    Count();
                    Paused = verb == "pause";
                    return (200, $$"""{"message":"Mining {{verb}}d"}""");
                case "identify":
                    Blinks = !Blinks;
                    return (200, """{"message":"The device says \"Hi!\" for 30 seconds."}""");
                case "boot":
                    return BootFrom(body);
                default:
                    return (404, "Nothing matches the given URI");
            }
        }
    }

    /// <summary>Takes a whole image as esp_ota_end does; null = taken and selected.</summary>
    public string? Activate(byte[] image)
    {
        lock (_lock)
        {
            Journal.Add($"OTA {image.Length}");
            string slot = NextSlot;
            if (!AxeosImage.IsGood(image))
            {
                Slots[slot] = new AxeosSlot(null);
                return "Validation / Activation Error";
            }
            Slots[slot] = new AxeosSlot(image)
            {
                DoesNotStart = Faults.NewImageDoesNotStart,
                BoardAs = Faults.BoardAfterUpdate,
                RateFactor = Faults.RateAfterUpdate,
                UserAs = Faults.UserAfterUpdate,
            };
            if (!Faults.SilentlyKeepsOld)
            {
                Boot = slot;
            }
            return null;
        }
    }

    /// <summary>The slot being written is broken from its first block on.</summary>
    public void BeginWrite()
    {
        lock (_lock)
        {
            Slots[NextSlot] = new AxeosSlot(null);
        }
    }

    public void WriteWeb(byte[]? content)
    {
        lock (_lock)
        {
            Journal.Add($"OTAWWW {content?.Length ?? 0}");
            Web = content;
        }
    }

    private static Dictionary<string, JsonNode> Defaults() => new()
    {
        ["hostname"] = "bitaxe",
        ["ssid"] = "net",
        ["wifiPass"] = "bench-wifi-key",
        ["frequency"] = 525,
        ["coreVoltage"] = 1150,
        ["overclockEnabled"] = 0,
        ["autofanspeed"] = 1,
        ["manualFanSpeed"] = 100,
        ["minFanSpeed"] = 25,
        ["temptarget"] = 60,
        ["overheat_mode"] = 0,
        ["statsFrequency"] = 0,
        ["useFallbackStratum"] = 0,
        ["useCustomWWW"] = 0,
        ["stratumURL"] = "pool.bench.example",
        ["stratumPort"] = 3333,
        ["stratumUser"] = "w.1",
        ["stratumPassword"] = "bench-pool-pass",
        ["fallbackStratumURL"] = "spare.bench.example",
        ["fallbackStratumPort"] = 3334,
        ["fallbackStratumUser"] = "w.2",
        ["fallbackStratumPassword"] = "bench-spare-pass",
        ["primaryPoolIndex"] = 0,
        ["secondaryPoolIndex"] = 1,
        ["pools"] = new JsonArray(
            new JsonObject { ["stratumURL"] = "pool.bench.example", ["stratumPort"] = 3333, ["stratumUser"] = "w.1", ["stratumPassword"] = "bench-pool-pass" },
            new JsonObject { ["stratumURL"] = "spare.bench.example", ["stratumPort"] = 3334, ["stratumUser"] = "w.2", ["stratumPassword"] = "bench-spare-pass" }),
    };

    /// <summary>"*****" reads back and is a password like any other when written.</summary>
    private static JsonObject Merge(JsonObject kept, JsonObject pool)
    {
        foreach ((string key, JsonNode? value) in pool)
        {
            kept[key] = value?.DeepClone();
        }
        return kept;
    }

    private static string? Range(string key, JsonNode? value)
    {
        double? number = value is JsonValue plain && plain.TryGetValue(out double given) ? given : null;
        (double Least, double Most)? range = key switch
        {
            "frequency" => (1, 10_000),
            "coreVoltage" => (1, 65_535),
            "manualFanSpeed" => (0, 100),
            "minFanSpeed" => (0, 99),
            "temptarget" => (35, 66),
            "overheat_mode" => (0, 0),
            "primaryPoolIndex" or "secondaryPoolIndex" => (0, 7),
            "stratumPort" or "fallbackStratumPort" => (1, 65_535),
            _ => null,
        };
        return range is { } bounds && (number is not double at || at < bounds.Least || at > bounds.Most)
            ? string.Create(CultureInfo.InvariantCulture, $"Wrong API input: {key}") : null;
    }

    private (int Status, string Body) BootFrom(string body)
    {
        string? label;
        try
        {
            label = JsonNode.Parse(body)?["partition"]?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            label = null;
        }
        if (label is null || !Slots.TryGetValue(label, out AxeosSlot? slot) || slot.Image is null)
        {
            return (400, """{"error":"No such partition"}""");
        }
        Boot = label;
        Restart("Software reset via esp_restart");
        return (200, """{"message":"Rebooting"}""");
    }

    private bool IsHashing => !Paused && IsUp;

    private bool UsesFallback => Faults.DeadPools.Contains(Primary()["stratumURL"]?.GetValue<string>() ?? "");

    private JsonObject Primary()
    {
        JsonArray pools = (JsonArray)Nvs["pools"];
        int index = (int)Number(Nvs["primaryPoolIndex"]);
        return Faults.MissingFields.Contains("pools") || index >= pools.Count
            ? new JsonObject { ["stratumURL"] = Nvs["stratumURL"].DeepClone() } : (JsonObject)pools[index]!;
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private void Count()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        if (IsHashing && now > _counted)
        {
            _work += (now - _counted).TotalSeconds;
        }
        _counted = now;
    }

    private void AddMining(JsonObject info)
    {
        Count();
        double clock = Number(Nvs["frequency"]);
        double expected = clock * 2040 / 1000;
        double rate = IsHashing ? expected * _rateFactor : 0;
        foreach (string key in (string[])["hashRate", "hashRate_1m", "hashRate_10m", "hashRate_1h"])
        {
            info[key] = rate;
        }
        info["expectedHashrate"] = expected;
        info["errorPercentage"] = 0.3;
        info["hashrateMonitor"] = new JsonObject
        {
            ["asics"] = new JsonArray(new JsonObject
            {
                ["total"] = rate,
                ["domains"] = new JsonArray(rate / 4, rate / 4, rate / 4, rate / 4),
                ["errorCount"] = 5,
            }),
        };
        (string Key, JsonNode Value)[] values =
        [
            ("temp", Paused ? 35 : ChipC), ("temp2", -1), ("vrTemp", Paused ? 40 : RegulatorC), ("fanspeed", 55), ("fanrpm", 4800), ("fan2rpm", 0),
            ("power", Paused ? 3.1 : 17.9), ("voltage", 5063), ("current", 11500), ("nominalVoltage", 5), ("maxPower", 40),
            ("coreVoltageActual", 1146), ("actualFrequency", Paused ? 0 : clock),
            ("miningPaused", Paused), ("sharesAccepted", 120 + (int)(_work / 10)), ("sharesRejected", Rejected),
            ("sharesRejectedReasons", new JsonArray(new JsonObject { ["message"] = "Job not found", ["count"] = Rejected })),
            ("bestDiff", "1.23M"), ("bestSessionDiff", 45678), ("poolDifficulty", 1000), ("isUsingFallbackStratum", UsesFallback ? 1 : 0),
            ("poolConnectionInfo", UsesFallback ? "" : "IPv4"), ("workReceived", (int)(_work / 30)), ("responseTime", 41.5),
        ];
        foreach ((string key, JsonNode value) in values)
        {
            info[key] = value;
        }
    }

    private void AddSettings(JsonObject info)
    {
        foreach ((string key, JsonNode value) in Nvs)
        {
            if (key is "wifiPass")
            {
                continue;
            }
            info[key] = key.EndsWith("Password", StringComparison.Ordinal) ? "*****" : value.DeepClone();
        }
        foreach (JsonNode? pool in (JsonArray)info["pools"]!)
        {
            if (pool is JsonObject { Count: > 0 } one)
            {
                one["stratumPassword"] = "*****";
            }
        }
        if (!Faults.MissingFields.Contains("pools") && Primary() is { Count: > 1 } primary)
        {
            foreach (string key in (string[])["stratumURL", "stratumPort", "stratumUser"])
            {
                info[key] = primary[key]?.DeepClone();
            }
        }
    }
}

/// <summary>A slot for an application.</summary>
internal sealed class AxeosSlot(byte[]? image)
{
    /// <summary>Null = nothing that boots.</summary>
    public byte[]? Image { get; } = image;

    public string? Version { get; } = image is null ? null : AxeosImage.Version(image);

    public bool DoesNotStart { get; init; }

    public string? BoardAs { get; init; }

    public double RateFactor { get; init; } = 1;

    public string? UserAs { get; init; }
}
