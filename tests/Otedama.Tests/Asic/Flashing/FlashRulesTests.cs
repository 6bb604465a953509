using System.Text;
using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The fifteen rules on devices as files tell them: each can fail, and fails alone.</summary>
public sealed class FlashRulesTests
{
    private static readonly byte[] s_image = EspFirmware.App("v2.15.0");

    private const string AxeOs = """
        {"ASICModel":"BM1370","boardVersion":"601","version":"v2.14.2","macAddr":"AA:BB:CC:DD:EE:FF","ipv4":"192.0.2.7","runningPartition":"ota_0",
         "temp":61.5,"overheat_mode":0,"wifiRSSI":-48,"uptimeSeconds":86400,"freeHeap":8200000,"power":17.9,"hashRate":1071.2,"stratumUser":"w.1"}
        """;

    [Fact]
    public void There_are_fifteen_in_their_order()
    {
        Assert.Equal(Enumerable.Range(1, 15), FlashRules.All.Select(static rule => rule.Number));
        Assert.Equal(15, FlashRules.All.Select(static rule => rule.Name).Distinct().Count());
    }

    [Fact]
    public void A_good_image_for_a_good_device_may_be_written()
    {
        IReadOnlyList<FlashCheck> checks = FlashRules.Check(Facts(AxeOs));
        Assert.DoesNotContain(checks, static check => check.Outcome is FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown);
        Assert.Equal(FlashCheckOutcome.Passed, checks[1].Outcome);
        Assert.Equal(FlashCheckOutcome.Passed, checks[2].Outcome);
        Assert.Equal(FlashCheckOutcome.Passed, checks[3].Outcome);
        Assert.Equal(FlashCheckOutcome.Passed, checks[5].Outcome);
    }

    [Theory]
    [InlineData("\"boardVersion\":\"601\"", "\"boardVersion\":\"402\"", 3, "board 402")]
    [InlineData("\"boardVersion\":\"601\"", "\"boardVersion\":\"000\"", 3, "does not know its board")]
    [InlineData("\"boardVersion\":\"601\",", "", 3, "does not know its board")]
    [InlineData("BM1370", "BM1366", 3, "BM1366")]
    [InlineData("v2.14.2", "v2.15.0", 4, "--force")]
    [InlineData("v2.14.2", "v2.16.0", 4, "older than v2.16.0")]
    [InlineData("v2.14.2", "v2.1.0", 4, "Update to v2.4.0 first")]
    [InlineData("61.5", "71", 6, "71 C")]
    [InlineData("\"overheat_mode\":0", "\"overheat_mode\":1", 6, "overheated")]
    [InlineData("-48", "-80", 6, "-80 dBm")]
    [InlineData("86400", "100", 6, "100 s")]
    [InlineData("8200000", "20000", 6, "20000 bytes")]
    [InlineData("w.1", "w.1:hunter2", 15, "password")]
    public void Each_rule_fails_alone(string from, string to, int rule, string words)
    {
        FlashCheck failed = FlashRules.Check(Facts(AxeOs.Replace(from, to, StringComparison.Ordinal)))
            .Single(static check => check.Outcome is FlashCheckOutcome.Failed or FlashCheckOutcome.Unknown);
        Assert.Equal(rule, failed.Rule);
        Assert.Contains(words, failed.Says, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failed.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_waive_what_they_name_and_nothing_else()
    {
        FlashFacts older = Facts(AxeOs.Replace("v2.14.2", "v2.16.0", StringComparison.Ordinal));
        Assert.Equal(FlashCheckOutcome.Failed, Of(older with { Options = new FlashOptions { AllowDowngrade = true } }, 4));
        Assert.Equal(FlashCheckOutcome.Waived, Of(older with
        {
            Options = new FlashOptions { AllowDowngrade = true },
            Entry = older.Entry! with { AllowDowngrade = true },
        }, 4));
        Assert.Equal(FlashCheckOutcome.Failed, Of(older with
        {
            Options = new FlashOptions { AllowDowngrade = true, TrustHash = ImageInspector.HashOf(s_image) },
            Entry = null, // a typed hash is no catalogue's word
        }, 4));
        FlashFacts same = Facts(AxeOs.Replace("v2.14.2", "v2.15.0", StringComparison.Ordinal));
        Assert.Equal(FlashCheckOutcome.Waived, Of(same with { Options = new FlashOptions { Force = true } }, 4));
        FlashFacts unlisted = Facts(AxeOs) with { Entry = null };
        Assert.Equal(FlashCheckOutcome.Unknown, Of(unlisted, 2));
        Assert.Equal(FlashCheckOutcome.Unknown, Of(unlisted, 3));
        FlashFacts trusted = unlisted with { Options = new FlashOptions { TrustHash = ImageInspector.HashOf(s_image).ToUpperInvariant() } };
        Assert.Equal((FlashCheckOutcome.Waived, FlashCheckOutcome.Waived), (Of(trusted, 2), Of(trusted, 3)));
        byte[] damaged = [.. s_image];
        damaged[1_000] ^= 1;
        Assert.Equal(FlashCheckOutcome.Failed, Of(trusted with
        {
            Image = EspBench.Inspector.Inspect(damaged),
            Options = new FlashOptions { TrustHash = ImageInspector.HashOf(damaged) },
        }, 2));
        Assert.Equal(FlashCheckOutcome.Failed, Of(trusted with { Device = trusted.Device with { Board = "000" } }, 3));
    }

    [Fact]
    public void A_factory_image_goes_by_serial_only()
    {
        byte[] image = EspFirmware.Factory("v2.15.0", "601", EspFirmware.SmallLayout);
        FlashFacts facts = Facts(AxeOs) with
        {
            Image = EspBench.Inspector.Inspect(image),
            ImagePath = "esp-miner-factory-601-v2.15.0.bin",
            Entry = EspBench.Entry(image, ImagePurpose.Factory, boards: "601"),
            Options = new FlashOptions { Factory = true },
        };
        Assert.Equal(FlashCheckOutcome.Failed, Of(facts, 3));
        FlashFacts serial = facts with { Device = facts.Device with { Transport = FlashTransport.Serial } };
        Assert.Equal(FlashCheckOutcome.Passed, Of(serial, 3));
        Assert.Equal(FlashCheckOutcome.Failed, Of(serial with { ImagePath = "factory.bin" }, 3));
        image.AsSpan(0x9000, 0x1000).Fill(0xFF); // no settings, so no board
        FlashFacts blank = serial with { Image = EspBench.Inspector.Inspect(image), Entry = null, Options = new FlashOptions { Factory = true, TrustHash = ImageInspector.HashOf(image) } };
        Assert.Contains("no board in its settings", FlashRules.Check(blank)[2].Says, StringComparison.Ordinal);
        Assert.Equal(FlashCheckOutcome.Passed, Of(blank with { Entry = EspBench.Entry(image, ImagePurpose.Factory, boards: "601") }, 3));
        Assert.Equal(FlashCheckOutcome.Failed, Of(serial with { Options = new FlashOptions() }, 3));
        Assert.Equal(FlashCheckOutcome.Failed, Of(serial with { Device = serial.Device with { Board = "602" }, Entry = serial.Entry! with { Boards = ["602"] } }, 3));
    }

    [Fact]
    public void The_order_of_steps_is_judged_whoever_made_them()
    {
        FlashFacts facts = Facts(AxeOs) with { Device = Facts(AxeOs).Device with { Transport = FlashTransport.Serial, Slots = [new FlashSlot("ota_0", 0x40000, 0x20000, true, null)] } };
        FlashStep write = new() { Index = 0, Kind = FlashStepKind.Write, Part = "app", Says = "", Address = 0x60000, Length = 100 };
        FlashStep verify = write with { Index = 1, Kind = FlashStepKind.Verify };
        FlashStep select = new() { Index = 2, Kind = FlashStepKind.Select, Part = "otadata", Says = "", Address = 0x80000, Length = 4096, Commits = true };
        FlashStep verify2 = select with { Index = 3, Kind = FlashStepKind.Verify, Commits = false };
        FlashStep compare = new() { Index = 4, Kind = FlashStepKind.Compare, Part = "app", Says = "" };
        FlashStep[] good = [write, verify, select, verify2, compare];
        FlashStep back = select with { Index = 5, Kind = FlashStepKind.Restore };
        Assert.Equal(FlashCheckOutcome.Failed, With(good, 5)); // no backup
        Assert.Equal(FlashCheckOutcome.Passed, With(good, 7));
        Assert.Equal(FlashCheckOutcome.Passed, With(good, 10));
        Assert.Equal(FlashCheckOutcome.Passed, With(good, 11));
        Assert.Equal(FlashCheckOutcome.Passed, With(good, 13));
        Assert.Equal(FlashCheckOutcome.Failed, With([write with { Address = 0x50000 }, verify, select, verify2, compare], 7));
        Assert.Equal(FlashCheckOutcome.Failed, With([write with { Part = "bootloader" }, verify, select, verify2, compare], 7, network: true));
        Assert.Equal(FlashCheckOutcome.Failed, With([write, select, verify2, compare], 10));
        Assert.Equal(FlashCheckOutcome.Failed, With([write, verify, select, verify2], 10));
        Assert.Equal(FlashCheckOutcome.Failed, With([select with { Index = 0 }, write with { Index = 1 }, verify], 13));
        Assert.Equal(FlashCheckOutcome.Failed, With([write with { Part = "bootloader" }, write with { Index = 1 }], 13));
        Assert.Equal(FlashCheckOutcome.Failed, With([write with { Part = "www" }, write with { Index = 1 }], 8));

        FlashCheckOutcome With(FlashStep[] steps, int rule, bool network = false) => Of(facts with
        {
            Program = new FlashProgram(steps, [back]),
            Device = network ? facts.Device with { Transport = FlashTransport.Network } : facts.Device,
        }, rule);
    }

    [Theory]
    [InlineData("NerdQAxePlus", "v1.0.30", "Bitaxe", "gamma", "601", "for NerdQAxe")]
    [InlineData("esp-miner", "nerdaxe-v1.2", "Bitaxe", "gamma", "601", "for NerdQAxe")]
    [InlineData("bitaxe-firmware", "v2.15.0", "NerdQAxe", "NerdQAxe++", "601", "for Bitaxe")]
    [InlineData("esp-miner-gamma", "v2.15.0", "NerdQAxe", "NerdQAxe++", "601", "for Bitaxe")]
    [InlineData("esp-miner-supra", "v2.15.0", "Bitaxe", "Gamma", "601", "model supra")]
    [InlineData("esp-miner-402", "v2.15.0", "Bitaxe", "Gamma", "601", "board 402")]
    [InlineData("esp-miner-601", "v2.15.0", "Bitaxe", "Gamma", "601", null)]
    [InlineData("esp-miner", "v2.4.0-402-gdeadbeef", "Bitaxe", "Gamma", "601", null)] // commits, and no board
    public void An_image_that_calls_itself_something_else_is_refused_whoever_stands_for_it(string project, string version, string family, string model, string board, string? words)
    {
        byte[] image = EspFirmware.App(version, project: project);
        string device = $$"""{"family":"{{family}}","model":"{{model}}","board":"{{board}}","chip":"BM1370","version":"v1.0.0"}""";
        FlashFacts facts = Facts(device) with { Image = EspBench.Inspector.Inspect(image), Entry = null, Options = new FlashOptions { TrustHash = ImageInspector.HashOf(image) } };
        FlashCheck check = FlashRules.Check(facts)[2];
        Assert.Equal(words is null ? FlashCheckOutcome.Waived : FlashCheckOutcome.Failed, check.Outcome);
        Assert.Contains(words ?? "typed the hash", check.Says, StringComparison.Ordinal);
        FlashFacts listed = facts with { Entry = EspBench.Entry(image) with { Family = family, Boards = [board] }, Options = new() };
        Assert.Equal(words is null ? FlashCheckOutcome.Passed : FlashCheckOutcome.Failed, FlashRules.Check(listed)[2].Outcome);
    }

    /// <summary>Both families publish as esp-miner: what the program has in it and what the file is called tells too, unless a catalogue knows better.</summary>
    [Fact]
    public void A_program_or_file_name_of_another_family_is_refused()
    {
        byte[] code = EspFirmware.App("v2.15.0");
        ImageReport image = EspBench.Inspector.Inspect(code) with { Marks = ImageMarks.Of("esp-miner", "v2.15.0", [.. code, .. "NerdQAxe++\0"u8]) };
        FlashFacts facts = Facts(AxeOs) with { Image = image, Entry = null, Options = new FlashOptions { TrustHash = image.Sha256 } };
        Assert.Contains("its program has \"NerdQAxe", FlashRules.Check(facts)[2].Says, StringComparison.Ordinal);
        Assert.Equal(FlashCheckOutcome.Failed, Of(facts with { Image = image with { Marks = [] }, ImagePath = "esp-miner-NerdQAxe++.bin" }, 3));
        Assert.Equal(FlashCheckOutcome.Waived, Of(facts with { Image = image with { Marks = [] } }, 3));
        Assert.Equal(FlashCheckOutcome.Passed, Of(facts with { Entry = EspBench.Entry(s_image), Options = new() }, 3));
    }

    /// <summary>Each board of the NerdQAxe family has an image of its own, and would take any other's.</summary>
    [Theory]
    [InlineData("esp-miner-NerdAxe.bin", "esp-miner", "", "nerdaxe")]
    [InlineData("esp-miner-NerdOCTAXE-Gamma.bin", "esp-miner", "", "nerdoctaxe-gamma")]
    [InlineData("esp-miner-NerdQAxe+.bin", "esp-miner", "", "nerdqaxe+")]
    [InlineData("esp-miner-NerdQX.bin", "esp-miner", "", "nerdqx")]
    [InlineData("esp-miner-factory-NerdAxe-v1.0.36.bin", "esp-miner", "", "nerdaxe")]
    [InlineData("a.bin", "NerdAxe", "", "nerdaxe")]
    [InlineData("a.bin", "esp-miner", "NerdAxe\0", "nerdaxe")]
    [InlineData("a.bin", "esp-miner", "NerdOCTAXE-γ\0", "nerdoctaxe-gamma")]
    [InlineData("esp-miner-NerdQAxe++.bin", "NerdQAxePlus2", "NerdQAxe+\0NerdQAxe++\0", null)] // a board derived from another has both
    [InlineData("a.bin", "esp-miner", "ESP-Miner-NerdQAxePlus/releases\0", null)] // where it is published, for every board
    public void A_board_of_the_NerdQAxe_family_takes_its_own_image_only(string name, string project, string text, string? told)
    {
        FlashFacts facts = Facts("""{"deviceModel":"NerdQAxe++","boardVersion":"501","ASICModel":"BM1370","version":"v1.0.0"}""");
        byte[] code = EspFirmware.App("v1.0.36", project: project);
        ImageReport image = EspBench.Inspector.Inspect(code) with { Marks = ImageMarks.Of(project, "v1.0.36", [.. code, .. Encoding.UTF8.GetBytes(text)]) };
        CatalogueEntry entry = EspBench.Entry(code) with { Family = "NerdQAxe", Boards = ["501"] };
        foreach (CatalogueEntry? one in (CatalogueEntry?[])[null, entry])
        {
            FlashCheck check = FlashRules.Check(facts with { Image = image, ImagePath = name, Entry = one, Options = new FlashOptions { TrustHash = image.Sha256 } })[2];
            Assert.Equal(told is not null ? FlashCheckOutcome.Failed : one is null ? FlashCheckOutcome.Waived : FlashCheckOutcome.Passed, check.Outcome);
            Assert.Contains(told is null ? "" : $"The image is for {told} (", check.Says, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("esp-miner-factory-602-v2.14.2.bin", "board 602")]
    [InlineData("bitaxe-gamma-602.bin", "board 602")]
    [InlineData("bitaxe-ultra-204.bin", "board 204")]
    [InlineData("esp-miner-602.bin", "board 602")]
    [InlineData("esp-miner-bm1366.bin", "BM1366")]
    [InlineData("bitaxe-601-602.bin", null)]
    [InlineData("esp-miner-v2.100.1-402-gdeadbeef.bin", null)]
    [InlineData("esp-miner (1).bin", null)]
    [InlineData("esp-miner-BM1370-601.bin", null)]
    public void A_file_name_of_another_board_or_chip_is_refused(string name, string? told)
    {
        FlashFacts facts = Facts(AxeOs) with { Entry = null, ImagePath = name, Options = new FlashOptions { TrustHash = ImageInspector.HashOf(s_image) } };
        FlashCheck check = FlashRules.Check(facts)[2];
        Assert.Equal(told is null ? FlashCheckOutcome.Waived : FlashCheckOutcome.Failed, check.Outcome);
        Assert.Contains(told is null ? "" : $"The image is for {told} (the file's name {name})", check.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_no_miner_is_refused_unless_a_catalogue_has_it()
    {
        byte[] image = EspFirmware.App("v2.15.0", project: "hello_world");
        FlashFacts facts = Facts(AxeOs) with { Image = EspBench.Inspector.Inspect(image), Entry = null, Options = new FlashOptions { TrustHash = ImageInspector.HashOf(image) } };
        FlashCheck check = FlashRules.Check(facts)[2];
        Assert.Equal(FlashCheckOutcome.Failed, check.Outcome);
        Assert.Contains("\"hello_world\"", check.Says, StringComparison.Ordinal);
        Assert.Equal(FlashCheckOutcome.Passed, Of(facts with { Entry = EspBench.Entry(image) }, 3));
    }

    [Fact]
    public void Factory_is_refused_for_a_device_that_is_not_reached_by_serial()
    {
        FlashFacts facts = Facts(AxeOs) with { Options = new FlashOptions { Factory = true } };
        FlashCheck check = FlashRules.Check(facts)[2];
        Assert.Equal(FlashCheckOutcome.Failed, check.Outcome);
        Assert.Contains("by serial only, and 192.0.2.7:80 is reached by the network", check.Says, StringComparison.Ordinal);
        FlashCheck serial = FlashRules.Check(facts with { Device = facts.Device with { Transport = FlashTransport.Serial } })[2];
        Assert.Equal(FlashCheckOutcome.Failed, serial.Outcome);
        Assert.Contains("an image of kind app; leave --factory out", serial.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"chip\":\"BM9999\"", "chip is \"BM9999\"; allowed: BM1360")]
    [InlineData("\"chip\":\"ESP32\"", "chip is \"ESP32\"")]
    [InlineData("\"controller\":\"Linux\"", "controller is \"Linux\"; allowed: Linux control board, ESP32, ")]
    [InlineData("\"slot\":\"ota_16\"", "slot is \"ota_16\"; allowed: factory, and ota_0 to ota_15")]
    [InlineData("\"slot\":\"left\"", "slot is \"left\"")]
    [InlineData("\"mac\":\"24:ec:4a:01:02\"", "six bytes in hexadecimal")]
    [InlineData("\"mac\":\"24:ec-4a:01:02:f3\"", "six bytes in hexadecimal")]
    [InlineData("\"flash_size\":12345678", "flash_size is \"12345678\"; allowed: bytes: a power of two")]
    [InlineData("\"flash_size\":16", "flash_size is \"16\"")]
    [InlineData("\"flash_size\":-1", "flash_size is \"-1\"")]
    [InlineData("\"flash_size\":1048576.5", "a whole number is expected")]
    public void A_value_that_no_device_has_is_refused_with_those_that_are_allowed(string member, string words) =>
        Assert.Contains(words, Assert.Throws<FlashException>(() => Parse($$"""{"family":"Bitaxe","board":"601",{{member}}}""")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\"chip\":\"bm1366\",\"slot\":\"factory\",\"mac\":\"24-EC-4A-01-02-F3\",\"flash_size\":16777216")]
    [InlineData("\"chip\":\"KF1968\",\"slot\":\"ota_15\",\"mac\":\"24EC4A0102F3\",\"flash_size\":8388608")]
    public void Values_that_devices_have_are_taken(string members) => Assert.Equal("24:ec:4a:01:02:f3", Parse($$"""{"family":"Bitaxe","board":"601",{{members}}}""").Mac);

    public static TheoryData<string, string> Files => new()
    {
        { "{", "no JSON" },
        { "[]", "no JSON object" },
        { "{}", "none of the three forms" },
        { """{"family":"Bitaxe","transport":"pigeon"}""", "pigeon" },
        { """{"family":"Bitaxe","transport":"3"}""", "\"3\"" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_device_file_that_is_none_is_told(string text, string words) =>
        Assert.Contains(words, Assert.Throws<FlashException>(() => FlashDeviceFile.Parse(Encoding.UTF8.GetBytes(text), "d.json")).Message, StringComparison.Ordinal);

    [Fact]
    public void Three_forms_say_the_same()
    {
        FleetReading reading = new()
        {
            Id = "aa:bb:cc:dd:ee:ff",
            Address = "192.0.2.7:80",
            At = DateTimeOffset.UnixEpoch,
            Driver = "axeos",
            Uptime = TimeSpan.FromDays(1),
            WifiSignal = -48,
            Identity = new DeviceIdentity { Family = "Bitaxe", Board = "601", Chip = "BM1370", Version = "v2.14.2", Slot = "ota_0", Mac = "aa:bb:cc:dd:ee:ff" },
            Temperatures = new FleetTemperatures { ChipMax = 61.5 },
        };
        string text = JsonSerializer.Serialize(reading, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
        const string Small = """{"family":"bitaxe","board":601,"chip":"BM1370","version":"v2.14.2","slot":"ota_0","mac":"AA:BB:CC:DD:EE:FF","temp":61.5,"wifi_signal":-48,"uptime_seconds":86400}""";
        FlashDevice[] devices = [Parse(AxeOs), Parse(text), Parse(Small), FlashDeviceFile.Of(reading)];
        foreach (FlashDevice device in devices)
        {
            Assert.Equal(("aa:bb:cc:dd:ee:ff", "601", "BM1370", "v2.14.2", "ota_0", "ESP32-S3"), (device.Id, device.Board, device.Chip, device.Version, device.Slot, device.Controller));
            Assert.Equal((61.5, -48, 86400), (device.Health.TemperatureC, device.Health.WifiSignal, device.Health.UptimeSeconds));
        }
    }

    [Fact]
    public void What_is_not_there_or_impossible_is_unknown()
    {
        FlashDevice device = Parse("""{"ASICModel":"BM1370","wifiRSSI":1e14,"sharesAccepted":-5,"uptimeSeconds":null}""");
        Assert.Equal((null, null, null, null), (device.Health.WifiSignal, device.Health.FreeHeap, device.Health.Accepted, device.Health.UptimeSeconds));
    }

    [Theory]
    [InlineData("{\"ASICModel\":\"BM1370\",\"temp\":\"hot\"}", "temp is \"hot\", and a number is expected")]
    [InlineData("{\"ASICModel\":\"BM1370\",\"freeHeap\":1e300}", "freeheap is 1e300")]
    [InlineData("{\"ASICModel\":\"BM1370\",\"hashRate\":[]}", "hashrate is []")]
    [InlineData("{\"board\":\"601\",\"secure_boot\":\"yes\"}", "true or false is expected")]
    [InlineData("{\"board\":\"601\",\"board\":\"602\"}", "has board twice")]
    [InlineData("{\"family\":\"\\ud800\"}", "no Unicode")]
    [InlineData("[1]", "no JSON object")]
    public void What_might_be_a_reason_not_to_write_is_not_passed_over(string device, string said) =>
        Assert.Contains(said, Assert.Throws<FlashException>(() => Parse(device)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_device_file_in_another_encoding_is_refused_and_one_with_a_mark_is_read()
    {
        byte[] text = [0xEF, 0xBB, 0xBF, .. """{"board":"601"}"""u8];
        Assert.Equal("601", FlashDeviceFile.Parse(text, "d.json").Board);
        text[^3] = 0xFF;
        Assert.Contains("UTF-8", Assert.Throws<FlashException>(() => FlashDeviceFile.Parse(text, "d.json")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"family":"Antminer","board":"601","chip":"BM1370"}""", true, 3, "Linux control board")]
    [InlineData("""{"family":"Antminer","board":"601","chip":"BM1370","controller":"ESP32-S3"}""", true, 3, "Linux control board")]
    [InlineData("""{"family":"Bitaxe","board":"601","chip":"BM1370","controller":"RP2040"}""", true, 3, "has RP2040")]
    [InlineData("""{"family":"Bitaxe","board":"601","chip":"BM1370"}""", false, 2, "only a signed catalogue")]
    [InlineData("""{"family":"Bitaxe","board":"601","chip":"BM1370"}""", true, 0, "")]
    public void Web_pages_need_a_catalogue_and_a_device_that_has_some(string device, bool listed, int rule, string words)
    {
        byte[] pages = EspFirmware.Noise("pages", 9_000);
        FlashFacts facts = new()
        {
            Device = Parse(device),
            Image = EspBench.Inspector.Inspect(pages),
            ImagePath = "www.bin",
            Entry = listed ? EspBench.Entry(pages, ImagePurpose.Www) : null,
            Options = new FlashOptions { Www = true, TrustHash = ImageInspector.HashOf(pages) },
        };
        FlashCheck? failed = FlashRules.Check(facts).SingleOrDefault(static check => check.Outcome is FlashCheckOutcome.Failed);
        Assert.Equal(rule, failed?.Rule ?? 0);
        Assert.Contains(words, failed?.Says ?? "", StringComparison.Ordinal);
        Assert.Equal(listed, facts.IsWhole);
    }

    [Theory]
    [InlineData("runme.sh", null, null)]
    [InlineData("./runme.sh", null, null)]
    [InlineData("readme.txt", null, "no runme.sh")]
    [InlineData("runme.sh", "../etc/passwd", "outside the folder")]
    [InlineData("runme.sh", "/etc/passwd", "outside the folder")]
    [InlineData("runme.sh", "a/../../b", "outside the folder")]
    public void A_package_for_an_Antminer_has_its_script_and_stays_in_its_folder(string name, string? other, string? words)
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream zip = new(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        using (System.Formats.Tar.TarWriter tar = new(zip))
        {
            foreach (string entry in new[] { name, other }.OfType<string>())
            {
                tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, entry) { DataStream = new MemoryStream([1, 2, 3]) });
            }
        }
        byte[] package = packed.ToArray();
        FlashFacts facts = new()
        {
            Device = Parse("""{"family":"Antminer","model":"Antminer S9","board":"xil","chip":"BM1387"}"""),
            Image = FlashBench.Inspector.Inspect(package),
            ImagePath = "s9.tar.gz",
            Options = new FlashOptions { TrustHash = ImageInspector.HashOf(package) },
        };
        string[] failed = [.. FlashRules.Check(facts).Where(static check => check.Outcome is FlashCheckOutcome.Failed).Select(static check => check.Says)];
        Assert.True(words is null ? failed is [] : failed is [string one, ..] && one.Contains(words, StringComparison.Ordinal), string.Join('\n', failed));
    }

    [Fact]
    public void Nothing_is_no_web_page()
    {
        ImageReport nothing = EspBench.Inspector.Inspect(Array.Empty<byte>());
        FlashFacts facts = Facts("""{"ASICModel":"BM1370","boardVersion":"601","version":"v2.14.2"}""") with
        {
            Image = nothing,
            Entry = null,
            Options = new FlashOptions { Www = true, TrustHash = nothing.Sha256 },
        };
        Assert.Equal(FlashCheckOutcome.Failed, Of(facts, 2));
    }

    private static FlashDevice Parse(string text) => FlashDeviceFile.Parse(Encoding.UTF8.GetBytes(text), "d.json");

    private static FlashCheckOutcome Of(FlashFacts facts, int rule) => FlashRules.Check(facts)[rule - 1].Outcome;

    private static FlashFacts Facts(string device) => new()
    {
        Device = Parse(device),
        Image = EspBench.Inspector.Inspect(s_image),
        ImagePath = "esp-miner.bin",
        Entry = EspBench.Entry(s_image) with { MinFrom = "v2.4.0", Boards = ["601", "602"] },
    };
}
