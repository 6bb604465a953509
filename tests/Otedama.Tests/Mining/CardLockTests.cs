using Otedama.Interop;
using Otedama.Mining;
using Xunit;

namespace Otedama.Tests.Mining;

/// <summary>One program on one card.</summary>
public sealed class CardLockTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Who_has_a_card_is_named_and_the_next_one_gets_it_after_the_end()
    {
        GpuInfo card = Card(3, "0000:01:00.0");
        using (CardLock.Take(card, [_folder.Path]))
        {
            IOException refused = Assert.Throws<IOException>(() => CardLock.Take(card, [_folder.Path]));
            Assert.Contains($"graphics card 3 (Card 3) is in use by process {Environment.ProcessId}, which holds ", refused.Message, StringComparison.Ordinal);
            // The same place behind another number is the same card, another place is another.
            Assert.Throws<IOException>(() => CardLock.Take(Card(0, "0000:01:00.0"), [_folder.Path]));
            CardLock.Take(Card(4, "0000:02:00.0"), [_folder.Path])!.Dispose();
        }
        using CardLock? again = CardLock.Take(card, [_folder.Path]);
        Assert.NotNull(again);
    }

    [Fact]
    public async Task A_card_whose_engine_hangs_is_nobody_elses_until_the_engine_has_ended()
    {
        using ManualResetEventSlim ended = new();
        CardLock.Take(Card(3, null), [_folder.Path])!.DisposeAfter(() => Assert.True(ended.Wait(Patience.Limit)));
        Assert.Throws<IOException>(() => CardLock.Take(Card(3, null), [_folder.Path]));
        ended.Set();
        await Task.Run(async () =>
        {
            while (true)
            {
                try
                {
                    using CardLock? again = CardLock.Take(Card(3, null), [_folder.Path]);
                    return;
                }
                catch (IOException)
                {
                    await Task.Delay(10);
                }
            }
        }).WaitAsync(Patience.Limit);
    }

    [Theory]
    [InlineData("0000:0a:00.0", "00112233", "otedama-gpu-0000_0a_00.0.lock")]
    [InlineData(null, "00112233", "otedama-gpu-00112233.lock")]
    [InlineData(null, null, "otedama-gpu-Card_7-7.lock")]
    public void The_file_is_named_after_the_card_and_not_after_its_number(string? pci, string? uuid, string file)
    {
        GpuInfo card = Card(7, pci);
        Assert.Equal(file, CardLock.FileNameOf(card with { Device = card.Device with { Uuid = uuid } }));
    }

    [Fact]
    public void A_folder_that_takes_no_file_is_passed_over_and_without_one_nothing_is_locked()
    {
        string missing = Path.Combine(_folder.Path, "nowhere");
        using (CardLock? held = CardLock.Take(Card(0, null), [missing, _folder.Path]))
        {
            Assert.NotNull(held);
            Assert.NotEmpty(Directory.GetFiles(_folder.Path, "*.lock"));
        }
        Assert.Null(CardLock.Take(Card(0, null), [missing]));
    }

    [Fact]
    public void Everybody_may_lock_the_file()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // files have no such mode there
        }
        CardLock.Take(Card(0, null), [_folder.Path])!.Dispose();
        foreach (string file in Directory.GetFiles(_folder.Path))
        {
            Assert.Equal("rw-rw-rw-", Words(File.GetUnixFileMode(file)));
        }
    }

    private static string Words(UnixFileMode mode) =>
        string.Concat(Enumerable.Range(0, 9).Select(bit => ((int)mode & 256 >> bit) != 0 ? "rwx"[bit % 3] : '-'));

    private static GpuInfo Card(int index, string? pci) =>
        new(index, new DeviceInfo(index + 1, DeviceBackend.OpenCl, 1, 1, $"Card {index}", []) { Kind = DeviceKind.Discrete, Pci = pci }, null);
}
