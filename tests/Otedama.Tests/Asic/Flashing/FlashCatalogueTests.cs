using System.Security.Cryptography;
using System.Text;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The catalogue: nothing of it is believed before its signature.</summary>
public sealed class FlashCatalogueTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private string[] Keys => [Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())];

    private static readonly byte[] s_text = Encoding.UTF8.GetBytes("""
        {"schema":1,"name":"test","issued":"2026-07-01T00:00:00Z","entries":[
          {"family":"Bitaxe","boards":["601","602"],"chips":["BM1370"],"version":"v2.14.2","min_from":"v2.4.0",
           "sha256":"AAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":1500000,"kind":"app","notes":"stable"}]}
        """);

    [Fact]
    public void A_signed_one_is_read()
    {
        foreach (string key in new[] { Keys[0], _key.ExportSubjectPublicKeyInfoPem() })
        {
            FlashCatalogue catalogue = FlashCatalogue.Parse(s_text, FlashCatalogue.Sign(s_text, _key), [key], "c");
            CatalogueEntry entry = catalogue.Find(new string('a', 64))!;
            Assert.Equal(("v2.14.2", ImagePurpose.App, 1_500_000, false), (entry.Version, entry.Kind, entry.Size, entry.AllowDowngrade));
            Assert.Null(catalogue.Find(new string('b', 64)));
        }
    }

    [Fact]
    public void No_changed_byte_and_no_other_key_is_believed()
    {
        byte[] signature = FlashCatalogue.Sign(s_text, _key);
        for (int i = 0; i < s_text.Length; i++)
        {
            byte[] changed = [.. s_text];
            changed[i] ^= 1;
            Assert.Contains("not signed", Assert.Throws<FlashException>(() => FlashCatalogue.Parse(changed, signature, Keys, "c")).Message, StringComparison.Ordinal);
        }
        using ECDsa stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<FlashException>(() => FlashCatalogue.Parse(s_text, FlashCatalogue.Sign(s_text, stranger), Keys, "c"));
        Assert.Throws<FlashException>(() => FlashCatalogue.Parse(s_text, "!!"u8, Keys, "c"));
        Assert.Throws<FlashException>(() => FlashCatalogue.Parse(s_text, ""u8, Keys, "c"));
        Assert.Contains("no public key", Assert.Throws<FlashException>(() => FlashCatalogue.Parse(s_text, signature, [], "c")).Message, StringComparison.Ordinal);
        Assert.Contains("P-256", Assert.Throws<FlashException>(() => FlashCatalogue.Parse(s_text, signature, ["AAAA"], "c")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\":1", "\"schema\":2", "schema 2")]
    [InlineData("[\"601\",\"602\"]", "[]", "names no board")]
    [InlineData("\"602\"", "\"000\"", "names no board")]
    [InlineData("AAAAaaaa", "AAAAaaa", "64 hex digits")]
    [InlineData("1500000", "0", "0 bytes")]
    [InlineData("\"kind\":\"app\"", "\"kind\":\"toaster\"", "not a catalogue")]
    [InlineData("\"kind\":\"app\"", "\"kind\":\"app\",\"only_on_tuesdays\":true", "not a catalogue")]
    [InlineData("\"family\":\"Bitaxe\",", "", "not a catalogue")]
    [InlineData("\"family\":\"Bitaxe\",", "\"family\":null,", "not a catalogue")]
    [InlineData("\"family\":\"Bitaxe\",", "\"family\":\"Bitaxe\",\"family\":\"Bitaxe\",", "twice")]
    [InlineData("\"entries\":[", "\"entries\":[null,", "entry 0 is null")]
    public void A_signed_one_that_is_wrong_is_refused(string from, string to, string words)
    {
        byte[] text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(s_text).Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(words, Assert.Throws<FlashException>(() => FlashCatalogue.Parse(text, FlashCatalogue.Sign(text, _key), Keys, "c")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_two_files()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "catalogue.json");
        Assert.Contains("two files", Assert.Throws<FlashException>(() => FlashCatalogue.Open(path, Keys)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, s_text);
        File.WriteAllBytes(path + ".sig", FlashCatalogue.Sign(s_text, _key));
        Assert.Equal("test", FlashCatalogue.Open(path, Keys).Name);
    }

    [Theory]
    [InlineData("v2.14.2", "v2.9.0", 1)]
    [InlineData("2.14", "v2.14.0", 0)]
    [InlineData("v2.14.0-rc1", "v2.14.0", -1)]
    [InlineData("v2.14.0-rc2", "v2.14.0-rc1", 1)]
    [InlineData("v1", "v1.0.1", -1)]
    [InlineData("main", "main", 0)]
    [InlineData("main", "v1", null)]
    [InlineData(null, "v1", null)]
    [InlineData("v1..2", "v1", null)]
    [InlineData("v99999999999999999999", "v1", null)]
    public void Versions_have_an_order_or_none(string? a, string? b, int? order) => Assert.Equal(order, VersionOrder.Compare(a, b));

    public void Dispose() => _key.Dispose();
}
