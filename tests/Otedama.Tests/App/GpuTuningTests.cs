using Otedama.Interop;
using Xunit;

namespace Otedama.Tests.App;

/// <summary>What is remembered of cards.</summary>
public sealed class GpuTuningTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly HeldClock _time = new();
    private readonly List<string> _said = [];
    private readonly GpuInfo _card = Card("00112233445566778899aabbccddeeff", "550.1");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_fastest_geometry_is_found_again_by_card_driver_and_algorithm()
    {
        Make().Remember(_card, "kawpow", "group 128", 2e7);
        Make().Remember(_card, "sha256d", "group 64", 1e9);
        Make().Remember(_card, "kawpow", "group 256", 3e7);
        GpuTuning later = Make();
        Assert.Equal("group 256", later.Find(_card, "kawpow"));
        Assert.Equal("group 64", later.Find(_card, "sha256d"));
        Assert.Null(later.Find(_card, "equihash:125,4"));
        Assert.Null(later.Find(Card("00112233445566778899aabbccddeeff", "550.2"), "kawpow"));
        Assert.Null(later.Find(Card("ffeeddccbbaa99887766554433221100", "550.1"), "kawpow"));
        Assert.Contains("\"measured_at\": 1700000000", File.ReadAllText(GpuTuning.PathIn(_folder.Path)), StringComparison.Ordinal);
        Assert.Empty(_said);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"schema\": 1, \"entries\": [")]
    [InlineData("{\"schema\": 2, \"entries\": []}")]
    [InlineData("{\"schema\": 1, \"entries\": [null]}")]
    [InlineData("{\"schema\": 1, \"entries\": [{\"card\": \"x\"}]}")]
    public void A_damaged_file_is_left_out_in_words_once_and_written_anew(string text)
    {
        _folder.File("gpu-tuning.json", text);
        GpuTuning tuning = Make();
        Assert.Null(tuning.Find(_card, "kawpow"));
        Assert.Null(tuning.Find(_card, "kawpow"));
        Assert.Contains("gpu-tuning.json is left out, and what is fastest is measured again:", Assert.Single(_said), StringComparison.Ordinal);
        tuning.Remember(_card, "kawpow", "group 64", 1);
        Assert.Equal("group 64", tuning.Find(_card, "kawpow"));
    }

    [Fact]
    public void A_file_of_every_card_there_was_stays_small()
    {
        GpuTuning tuning = Make();
        for (int i = 0; i < 260; i++)
        {
            _time.Advance(1);
            tuning.Remember(_card, $"algorithm{i}", "group 64", 1);
        }
        Assert.Null(tuning.Find(_card, "algorithm3"));
        Assert.Equal("group 64", tuning.Find(_card, "algorithm4"));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_a_sentence()
    {
        GpuTuning tuning = new(Path.Combine(_folder.Path, "none"), _time, _said.Add);
        tuning.Remember(_card, "kawpow", "group 64", 1);
        Assert.Contains("cannot be written, so what is fastest is measured again at the next start", Assert.Single(_said), StringComparison.Ordinal);
    }

    private GpuTuning Make() => new(_folder.Path, _time, _said.Add);

    private static GpuInfo Card(string uuid, string driver) => new(
        0, new DeviceInfo(1, DeviceBackend.OpenCl, 1, 1 << 30, "a card", []) { Uuid = uuid, Driver = driver }, null);
}
