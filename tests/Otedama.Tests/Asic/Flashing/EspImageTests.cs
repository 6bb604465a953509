using System.Text.Json;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>Images, partition tables and selections of ESP32-S3: the recorded ones, and every defect.</summary>
public sealed class EspImageTests
{
    private static readonly byte[] s_recorded = Convert.FromHexString(FlashVectors.Root.GetProperty("esp_image").GetProperty("bytes").GetString()!);

    [Fact]
    public void The_recorded_image_is_whole()
    {
        ImageReport report = EspBench.Inspector.Inspect(s_recorded);
        JsonElement told = FlashVectors.Root.GetProperty("esp_image");
        Assert.True(report.Sound, string.Join('\n', report.Problems()));
        Assert.Equal(("esp-app", ImagePurpose.App, "ESP32-S3", told.GetProperty("project_name").GetString(), told.GetProperty("version").GetString()),
            (report.Kind, report.Purpose, report.Controller, report.Project, report.Version));
        Assert.Equal(["size", "magic", "chip", "segments", "xor", "sha256", "descriptor", "strings", "end"], report.Findings.Select(static one => one.Check));
        Assert.Equal(told.GetProperty("appended_sha256").GetString(), EspImage.Read(s_recorded, isApp: true, [])!.Hash);
    }

    public static TheoryData<string, string, string> Defects => new()
    {
        { "empty", "size", "0 bytes" },
        { "short", "size", "100 bytes" },
        { "magic", "magic", "offset 0: e802" },
        { "chip", "chip", "chip id 13 (ESP32-C6)" },
        { "no segments", "segments", "offset 1: 0 segments" },
        { "seventeen segments", "segments", "offset 1: 17 segments" },
        { "a segment too long", "segments", "segment 1 of 2" },
        { "a third segment", "segments", "segment 3 of 3" },
        { "cut in a segment", "segments", "cut off" },
        { "cut before the hash", "sha256", "0 of 32 bytes" },
        { "cut in the hash", "sha256", "31 of 32 bytes" },
        { "a flipped bit of code", "xor", "XOR byte" },
        { "two flipped bits that hide from the XOR", "sha256", "SHA-256" },
        { "a flipped bit of the hash", "sha256", "SHA-256" },
        { "no hash", "end", "offset 336: the image ends here" },
        { "a descriptor of something else", "descriptor", "offset 32" },
        { "a version that is no text", "strings", "version at 30h" },
        { "no version", "strings", "version at 30h" },
        { "bytes behind", "end", "offset 368" },
    };

    [Theory]
    [MemberData(nameof(Defects))]
    public void Every_defect_is_named_with_its_place(string defect, string check, string words)
    {
        ImageReport report = EspBench.Inspector.Inspect(Spoil(defect));
        Assert.False(report.Sound);
        ImageFinding finding = report.Findings.Single(static one => !one.Passed);
        Assert.Equal(check, finding.Check);
        Assert.Contains(words, finding.Says, StringComparison.Ordinal);
    }

    /// <summary>What is right is not told in the words of what would be wrong.</summary>
    [Fact]
    public void A_check_that_passed_says_what_was_found()
    {
        ImageFinding[] passed = [.. EspBench.Inspector.Inspect(s_recorded).Findings,
            .. Everything(EspBench.Inspector.Inspect(EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout)))];
        Assert.All(passed, static one => Assert.True(one.Passed, one.Says));
        string[] failures = ["damaged", "cut off", "is allowed", "has at least", "these controllers are", "no printable", "Is this a boot loader", "start nothing", "is behind"];
        Assert.All(passed, one => Assert.DoesNotContain(failures, failure => one.Says.Contains(failure, StringComparison.Ordinal)));
        Assert.All(passed, static one => Assert.NotEqual("", one.Says));

        static IEnumerable<ImageFinding> Everything(ImageReport report) =>
            report.Findings.Concat(report.Parts.SelectMany(static part => part.Report is { } inner ? Everything(inner) : []));
    }

    /// <summary>One byte of a factory file, wherever: refused, or said to be of what nothing answers for.</summary>
    [Fact]
    public void No_byte_of_a_factory_file_changes_unsaid()
    {
        byte[] file = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout);
        ImageReport whole = EspBench.Inspector.Inspect(file);
        string uncovered = Assert.Single(whole.NotCovered);
        int[] places = [0x4000, 0x7FFF, 0x8000 + 192 + 5, 0x8000 + 224, 0x8BFF, 0x8FFF, 0x9000, 0xA000, 0xFFFF, 0x11000, 0x2FFFF, 0x30010, 0x38000, 0x40010, 0x80000, 0x81FFF];
        foreach (int at in places)
        {
            byte[] changed = [.. file];
            changed[at] ^= 0x10;
            ImageReport report = EspBench.Inspector.Inspect(changed);
            ImagePart? part = whole.Parts.FirstOrDefault(part => part.Report is null && part.Name != "table" && at >= part.Offset && at < part.Offset + part.Length);
            Assert.True(!report.Sound || (part is not null && uncovered.Contains(part.Name, StringComparison.Ordinal)), $"byte {at:X}h");
        }
        Assert.Contains("nvs", uncovered, StringComparison.Ordinal);
        Assert.DoesNotContain("bootloader", uncovered, StringComparison.Ordinal);
    }

    /// <summary>Whatever byte is changed and wherever it is cut: never taken, never an exception.</summary>
    [Fact]
    public void No_change_of_one_byte_and_no_cut_is_taken()
    {
        for (int i = 0; i < s_recorded.Length; i++)
        {
            byte[] changed = [.. s_recorded];
            changed[i] ^= (byte)(1 << (i % 8));
            Assert.False(EspBench.Inspector.Inspect(changed).Sound, $"byte {i} changed");
            Assert.False(EspBench.Inspector.Inspect(s_recorded.AsMemory(0, i)).Sound, $"cut at {i}");
        }
    }

    [Fact]
    public void The_recorded_table_is_whole_and_no_byte_of_it_may_change()
    {
        byte[] used = Convert.FromHexString(FlashVectors.Root.GetProperty("esp_partition_table").GetProperty("used").GetString()!);
        byte[] table = EspFirmware.Padded(used, PartitionTable.Length);
        List<ImageFinding> findings = [];
        PartitionTable read = PartitionTable.Read(table, 16 << 20, findings)!;
        Assert.Equal(FlashVectors.Root.GetProperty("esp_partition_table").GetProperty("md5_of_entries").GetString(), read.Md5);
        Assert.Equal(["nvs", "phy_init", "factory", "www", "ota_0", "ota_1", "otadata", "coredump"], read.Entries.Select(static one => one.Name));
        Assert.Equal(table, EspFirmware.Table(EspFirmware.FullLayout));
        Assert.Equal((0x710000u, 0xB10000u), (read.OtaSlots[0].Offset, read.OtaSlots[1].Offset));
        for (int i = 0; i < used.Length; i++)
        {
            byte[] changed = [.. table];
            changed[i] ^= (byte)(1 << (i % 8));
            PartitionTable? other = PartitionTable.Read(changed, 16 << 20, []);
            Assert.True(other is null || (i >= used.Length - 30 && i < used.Length - 16), $"byte {i}"); // only the filling before the MD5 says nothing
        }
    }

    [Theory]
    [InlineData("over", "lies over")]
    [InlineData("outside", "behind the flash")]
    [InlineData("start", "first free place")]
    [InlineData("alignment", "multiple of 10000h")]
    [InlineData("twice", "name of another one")]
    [InlineData("empty", "0h bytes")]
    public void A_table_that_cannot_be_is_refused(string what, string words)
    {
        (string Name, byte Type, byte Subtype, int Offset, int Size) bad = what switch
        {
            "over" => ("x", 1, 6, 0x720000, 0x1000),
            "outside" => ("x", 1, 6, 0xFFF000, 0x2000),
            "start" => ("x", 1, 6, 0x8000, 0x1000),
            "alignment" => ("x", 0, 0x12, 0xF23000, 0x1000),
            "twice" => ("nvs", 1, 6, 0xF22000, 0x1000),
            _ => ("x", 1, 6, 0xF22000, 0),
        };
        List<ImageFinding> findings = [];
        Assert.Null(PartitionTable.Read(EspFirmware.Table(EspFirmware.FullLayout.Append(bad)), 16 << 20, findings));
        Assert.Contains(words, findings.Single(static one => !one.Passed).Says, StringComparison.Ordinal);
    }

    [Fact]
    public void Selections_are_the_recorded_ones()
    {
        foreach (JsonElement one in FlashVectors.Root.GetProperty("esp_otadata_crc").EnumerateArray())
        {
            uint number = one.GetProperty("seq").GetUInt32();
            Assert.Equal(Convert.ToUInt32(one.GetProperty("crc").GetString(), 16), OtaData.CrcOf(number));
            byte[] entry = EspFirmware.Padded(Convert.FromHexString(one.GetProperty("entry").GetString()!), OtaData.Sector);
            OtaData data = OtaData.Read([.. entry, .. EspFirmware.Padded([], OtaData.Sector)]);
            Assert.Equal((int)((number - 1) % 2), data.SlotOf(2));
            (int place, byte[] bytes) = OtaData.Read([.. EspFirmware.Padded([], OtaData.Sector), .. EspFirmware.Padded([], OtaData.Sector)])
                .Selecting((int)((number - 1) % 2), 2);
            Assert.Equal(0, place);
            if (number <= 2)
            {
                Assert.Equal(entry, bytes);
            }
        }
    }

    [Theory]
    [InlineData(0, 0, null, 1, 0, 2)] // both blank: the factory slot; ota_1 is number 2 in the first sector
    [InlineData(1, 0, 0, 1, 1, 2)]
    [InlineData(0, 1, 0, 1, 0, 2)]
    [InlineData(1, 2, 1, 0, 0, 3)]
    [InlineData(3, 2, 0, 1, 1, 4)]
    [InlineData(3, 2, 0, 0, 1, 5)]
    public void A_selection_never_overwrites_the_one_that_counts(int first, int second, int? slot, int wanted, int place, int number)
    {
        OtaData data = OtaData.Read([.. Sector(first), .. Sector(second)]);
        Assert.Equal(slot, data.SlotOf(2));
        (int where, byte[] bytes) = data.Selecting(wanted, 2);
        Assert.Equal((place, number), (where, BitConverter.ToInt32(bytes)));
        Assert.NotEqual(where, data.Current);
        OtaData after = OtaData.Read(where == 0 ? [.. bytes, .. Sector(second)] : [.. Sector(first), .. bytes]);
        Assert.Equal(wanted, after.SlotOf(2));
    }

    [Fact]
    public void A_bad_selection_does_not_count()
    {
        byte[] invalid = Sector(2);
        invalid[24] = 3;
        invalid[25] = invalid[26] = invalid[27] = 0;
        Assert.Equal(0, OtaData.Read([.. Sector(1), .. invalid]).SlotOf(2));
        byte[] torn = Sector(2);
        torn[30] = 0xFF;
        Assert.Equal(0, OtaData.Read([.. Sector(1), .. torn]).SlotOf(2));
    }

    [Fact]
    public void A_factory_file_is_taken_apart()
    {
        byte[] file = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout);
        ImageReport report = EspBench.Inspector.Inspect(file);
        Assert.True(report.Sound, string.Join('\n', report.Problems()));
        Assert.Equal(("esp-factory", ImagePurpose.Factory, "v2.0.0"), (report.Kind, report.Purpose, report.Version));
        Assert.Equal(["bootloader", "table", "nvs", "factory", "www", "ota_0", "ota_1", "otadata"], report.Parts.Select(static part => part.Name));
        Assert.Equal([new ImageTarget(null, "601")], report.Targets);
        string text = JsonSerializer.Serialize(report, JsonSerializerOptions.Web);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x100, "bootloader: ")]
    [InlineData(0x8004, "partition")]
    [InlineData(0x10200, "factory: ")]
    public void A_defect_of_a_part_is_one_of_the_file(int at, string words)
    {
        byte[] file = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout);
        file[at] ^= 1;
        ImageReport report = EspBench.Inspector.Inspect(file);
        Assert.Equal("esp-factory", report.Kind);
        Assert.False(report.Sound);
        Assert.Contains(report.Problems(), problem => problem.Contains(words, StringComparison.Ordinal));
    }

    /// <summary>From the end of the web pages on, only the end of a partition is an end; any other is a cut.</summary>
    [Theory]
    [InlineData(0x82000, true)]
    [InlineData(0x80000, true)]
    [InlineData(0x38000, true)] // the web pages' end, as some builders leave it
    [InlineData(0x81FFF, false)]
    [InlineData(0x81000, false)]
    [InlineData(0x61000, false)]
    [InlineData(0x38123, false)]
    [InlineData(0x37FFF, false)]
    [InlineData(0x31000, false)]
    [InlineData(0x30000, false)]
    [InlineData(0x20000, false)]
    public void A_factory_file_ends_with_a_partition_or_is_cut_off(int length, bool isWhole)
    {
        ImageReport report = EspBench.Inspector.Inspect(EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout)[..length]);
        Assert.Equal(isWhole, report.Sound);
        Assert.Equal(isWhole, !report.Problems().Any(static problem => problem.Contains("is cut off", StringComparison.Ordinal)));
    }

    /// <summary>Page header, an entry's header, its data; then the selection.</summary>
    [Theory]
    [InlineData(0x9000, "page 0: its state")]
    [InlineData(0x9004, "its header has CRC")]
    [InlineData(0x901C, "its header has CRC")]
    [InlineData(0x9048, "entry 0 has CRC")]
    [InlineData(0x9060, "entry 0 has data with CRC")]
    [InlineData(0x90A1, "entry 2 has data with CRC")]
    [InlineData(0x9F00, "is not blank and not written")]
    [InlineData(0x8001C + 1, "the selection counts 1 with CRC")]
    [InlineData(0x80100, "behind the 32 bytes of a selection")]
    public void A_flipped_bit_of_settings_or_selection_is_found(int at, string words)
    {
        byte[] file = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout);
        EspFirmware.App("v2.0.0").CopyTo(file, 0x40000);
        EspFirmware.OtaEntry(1).CopyTo(file, 0x80000);
        Assert.True(EspBench.Inspector.Inspect(file).Sound);
        file[at] ^= 1;
        ImageReport report = EspBench.Inspector.Inspect(file);
        Assert.Contains(words, string.Join(' ', report.Problems()), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", string.Join(' ', report.Problems()), StringComparison.Ordinal);
    }

    /// <summary>The hash is what the header says is there; what covers less is told.</summary>
    [Fact]
    public void An_application_without_appended_hash_and_one_with_padding_say_what_nothing_covers()
    {
        byte[] bare = [.. s_recorded.AsSpan(0, 336)];
        bare[23] = 0;
        ImageReport report = EspBench.Inspector.Inspect(bare);
        Assert.True(report.Sound, string.Join('\n', report.Problems()));
        Assert.Contains("no SHA-256", Assert.Single(report.NotCovered), StringComparison.Ordinal);
        bare[310] ^= 1;
        Assert.False(EspBench.Inspector.Inspect(bare).Sound);
        Assert.Empty(EspBench.Inspector.Inspect(s_recorded).NotCovered);
        ImageReport padded = EspBench.Inspector.Inspect((byte[])[.. s_recorded, 0xFF, 0xFF]);
        Assert.Contains("2 bytes of FFh from offset 368", Assert.Single(padded.NotCovered), StringComparison.Ordinal);
    }

    [Fact]
    public void A_factory_file_that_would_start_nothing_is_refused()
    {
        byte[] file = EspFirmware.Factory("v2.0.0", "601", EspFirmware.SmallLayout);
        EspFirmware.OtaEntry(1).CopyTo(file, 0x80000); // selects ota_0, which is blank
        ImageReport report = EspBench.Inspector.Inspect(file);
        Assert.Contains(report.Problems(), static problem => problem.Contains("ota_0", StringComparison.Ordinal) && problem.Contains("start nothing", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_nothing_known_is_said_to_be_that()
    {
        ImageReport report = EspBench.Inspector.Inspect("<html></html>"u8.ToArray());
        Assert.Equal(("raw", false), (report.Kind, report.Sound));
        Assert.Contains("3c68746d6c3e3c2f", report.Findings[0].Says, StringComparison.Ordinal);
    }

    private static byte[] Sector(int number) => number == 0 ? EspFirmware.Padded([], 4096) : EspFirmware.OtaEntry((uint)number);

    private static byte[] Spoil(string defect)
    {
        byte[] image = [.. s_recorded];
        switch (defect)
        {
            case "empty": return [];
            case "short": return image[..100];
            case "magic": image[0] = 0xE8; return image;
            case "chip": image[12] = 13; return image;
            case "no segments": image[1] = 0; return image;
            case "seventeen segments": image[1] = 17; return image;
            case "a segment too long": image[30] = 1; return image;
            case "a third segment": image[1] = 3; return image;
            case "cut in a segment": return EspFirmware.App("v2.0.0")[..3_000];
            case "cut before the hash": return image[..336];
            case "cut in the hash": return image[..367];
            case "a flipped bit of code": image[310] ^= 1; return image;
            case "two flipped bits that hide from the XOR": image[310] ^= 1; image[311] ^= 1; return image;
            case "a flipped bit of the hash": image[350] ^= 1; return image;
            case "no hash": image[23] = 0; return image;
            case "a descriptor of something else": image[32] ^= 1; return Mended(image);
            case "a version that is no text": image[0x30] = 7; return Mended(image);
            case "no version": Array.Clear(image, 0x30, 32); return Mended(image);
            default: return [.. image, 0];
        }
    }

    /// <summary>XOR and SHA-256 made right again, so that only the text is wrong.</summary>
    private static byte[] Mended(byte[] image)
    {
        byte sum = 0xEF;
        foreach (byte one in (byte[])[.. image.AsSpan(32, 256), .. image.AsSpan(296, 32)])
        {
            sum ^= one;
        }
        image[335] = sum;
        System.Security.Cryptography.SHA256.HashData(image.AsSpan(0, 336)).CopyTo(image, 336);
        return image;
    }
}
