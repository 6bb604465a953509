using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Region;

/// <summary>Databases of countries and of autonomous systems.</summary>
public sealed class AtlasTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void Countries_and_systems_are_told_as_the_file_has_them(int recordBits)
    {
        using TempFolder folder = new();
        string countries = Countries(folder, recordBits), systems = Systems(folder, recordBits);
        Atlas atlas = Open(countries, systems)!;
        Assert.Equal(new RegionFacts("DE", "EU"), atlas.RegionOf(IPAddress.Parse("203.0.113.9")));
        Assert.Equal(new RegionFacts("JP", "AS"), atlas.RegionOf(IPAddress.Parse("2001:db8::1")));
        Assert.Equal(new RegionFacts("FR", ""), atlas.RegionOf(IPAddress.Parse("198.51.100.1"))); // where it is registered
        Assert.Equal(new RegionFacts("", ""), atlas.RegionOf(IPAddress.Parse("192.0.2.1")));
        Assert.Equal(new RegionFacts("", ""), atlas.RegionOf(IPAddress.Parse("192.0.3.1"))); // "de" is no code
        Assert.Equal((64_500u, 4_200_000_001u, 0u), (atlas.SystemOf(IPAddress.Parse("203.0.113.200")),
            atlas.SystemOf(IPAddress.Parse("2001:db8:1::1")), atlas.SystemOf(IPAddress.Parse("192.0.2.1"))));
        Assert.NotEqual(0ul, atlas.SystemEdition);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void The_foreign_reader_reads_the_same(int recordBits)
    {
        using TempFolder folder = new();
        string file = Countries(folder, recordBits);
        string? answer = Foreign(file, "203.0.113.9", "country", "iso_code");
        if (answer is null)
        {
            output.WriteLine("no mmdblookup here (Debian: mmdb-bin); what it would say is not compared");
            return;
        }
        Assert.Contains("\"DE\"", answer);
        Assert.Contains("\"AS\"", Foreign(file, "2001:db8::1", "continent", "code"));
    }

    /// <summary>Two networks of one operator are one group then, and an attacker with many networks in one system has one.</summary>
    [Fact]
    public void Groups_of_addresses_are_systems_where_they_are_known()
    {
        using TempFolder folder = new();
        string file = folder.Path + "/asn.mmdb";
        File.WriteAllBytes(file, new MmdbWriter(24, "GeoLite2-ASN").Add("45.0.0.0/8", Autonomous(64_500)).Add("46.7.0.0/16", Autonomous(64_500)).Write());
        NetworkGroups groups = new(Open("", file));
        AddressGroup one = groups.Of(Place("45.1.2.3"));
        Assert.Equal("AS64500", one.ToString());
        Assert.Equal(one, groups.Of(Place("46.7.1.1")));
        Assert.Equal("47.1.0.0/16", groups.Of(Place("47.1.2.3")).ToString());
        Assert.Equal("local", groups.Of(Place("10.0.0.1")).ToString());
        Assert.NotEqual(new NetworkGroups().Edition, groups.Edition);
    }

    [Fact]
    public void A_file_that_is_torn_or_hostile_is_refused_in_words_or_tells_nothing()
    {
        using TempFolder folder = new();
        byte[] good = File.ReadAllBytes(Countries(folder, 28));
        List<byte> map = [];
        MmdbWriter.Control(7, 16_000_000, map);
        byte[] deep = [.. Enumerable.Repeat<byte[]>([0xe1, 0x41, (byte)'a'], 500_000).SelectMany(static part => part)];
        foreach (byte[] bad in (byte[][])
            [[], good[..^40], good[..(good.Length / 2)], new byte[100_000], Evil(deep), Evil([.. map]), Evil([0xe1, 0x41, (byte)'a', 0x20, 0])])
        {
            string file = Path.Combine(folder.Path, "bad.mmdb");
            File.WriteAllBytes(file, bad);
            ConfigurationException refused = Assert.Throws<ConfigurationException>(() => Open(file, ""));
            Assert.Contains($"region.mmdb: {file} cannot be used: ", refused.Message);
            Assert.Contains("or leave it out", refused.Message);
            Assert.DoesNotContain("()", refused.Message);
        }
        Assert.Contains("is a database of another kind", Assert.Throws<ConfigurationException>(() => Open(Systems(folder, 24), "")).Message);
        Assert.Contains("asn.mmdb one of autonomous systems", Assert.Throws<ConfigurationException>(() => Open("", Countries(folder, 24))).Message);
        Assert.Contains("cannot be used", Assert.Throws<ConfigurationException>(() => Open(folder.Path + "/none.mmdb", "")).Message);
        Assert.Contains($"{folder.Path} cannot be used: it is a directory, and only a regular file of at most 256 MiB is read",
            Assert.Throws<ConfigurationException>(() => Open(folder.Path, "")).Message);
        Assert.Null(Open("", ""));
    }

    /// <summary>Without an end, and of no length.</summary>
    [Fact]
    public void A_device_is_no_database()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the path is one of Linux");
        Assert.Contains("asn.mmdb: /dev/zero cannot be used: it is a device",
            Assert.Throws<ConfigurationException>(() => Open("", "/dev/zero")).Message);
    }

    /// <summary>Any byte of the file may be another: some answer, or none, and never an exception or a wait.</summary>
    [Fact]
    public void Damage_anywhere_costs_an_answer_at_most()
    {
        using TempFolder folder = new();
        byte[] good = File.ReadAllBytes(Countries(folder, 28));
        SeededRandom random = new(9);
        LineLogger log = new();
        int refused = 0;
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bad = (byte[])good.Clone();
            bad[random.Below(bad.Length)] ^= (byte)(1 + random.Below(255));
            string file = Path.Combine(folder.Path, "bad.mmdb");
            File.WriteAllBytes(file, bad);
            try
            {
                Atlas atlas = Open(file, "", log)!;
                Assert.True(atlas.RegionOf(IPAddress.Parse("203.0.113.9")).Country.Length is 0 or 2);
                atlas.RegionOf(IPAddress.Parse("2001:db8::1"));
            }
            catch (ConfigurationException)
            {
                refused++;
            }
        }
        output.WriteLine($"{refused} of 2000 damaged files refused, {log.Lines.Count} lines logged");
        Assert.InRange(refused, 1, 1_999);
    }

    private static byte[] Evil(byte[] data) =>
        new MmdbWriter(24, "Country").Add("0.0.0.0/1", data).Add("128.0.0.0/1", data).Write();

    private static string Countries(TempFolder folder, int recordBits) => Keep(folder, "countries.mmdb", new MmdbWriter(recordBits, "GeoLite2-Country")
        .Add("203.0.113.0/24", Country("DE", "EU"))
        .Add("2001:db8::/32", Country("JP", "AS"))
        .Add("198.51.100.0/25", new Dictionary<string, object> { ["registered_country"] = new Dictionary<string, object> { ["iso_code"] = "FR" } })
        .Add("192.0.3.0/24", Country("de", "Europe")));

    private static string Systems(TempFolder folder, int recordBits) => Keep(folder, "systems.mmdb", new MmdbWriter(recordBits, "GeoLite2-ASN")
        .Add("203.0.113.0/24", Autonomous(64_500)).Add("2001:db8:1::/48", Autonomous(4_200_000_001)));

    private static string Keep(TempFolder folder, string name, MmdbWriter writer)
    {
        string file = Path.Combine(folder.Path, name);
        File.WriteAllBytes(file, writer.Write());
        return file;
    }

    internal static Dictionary<string, object> Country(string code, string continent) => new()
    {
        ["continent"] = new Dictionary<string, object> { ["code"] = continent },
        ["country"] = new Dictionary<string, object> { ["iso_code"] = code, ["geoname_id"] = 2_921_044u },
    };

    internal static Dictionary<string, object> Autonomous(uint number) => new()
    {
        ["autonomous_system_number"] = number,
        ["autonomous_system_organization"] = "An operator with a name that is longer than the short form of text",
    };

    private static PeerEndpoint Place(string address) => PeerEndpoint.Of(IPAddress.Parse(address), 30303);

    private static Atlas? Open(string countries, string systems, ILogger? logger = null) => Atlas.Open(
        ConfigurationLoader.Load(
            null, [new FlagValue("region.mmdb", countries, "--set"), new FlagValue("asn.mmdb", systems, "--set")], new Dictionary<string, string>()),
        logger ?? new LineLogger());

    /// <summary>Null where it is not installed.</summary>
    private static string? Foreign(string file, string address, params string[] path)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("mmdblookup", ["--file", file, "--ip", address, .. path]) { RedirectStandardOutput = true })!;
            string answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return answer;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
