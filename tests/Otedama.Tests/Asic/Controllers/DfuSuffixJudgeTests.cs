using System.Diagnostics;
using Otedama.Asic;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>dfu-suffix of Debian's dfu-util reads what we write, and we read what it writes.</summary>
public sealed class DfuSuffixJudgeTests
{
    [Fact]
    public async Task Debians_dfu_suffix_takes_our_files()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "ours.dfu");
        await File.WriteAllBytesAsync(path, new DfuSuffix(0x1209, 0xF00D, 0x0203, 0x0100).Append(Firmware(5000)), TestContext.Current.CancellationToken);
        string says = await SuffixAsync("-c", path);
        Assert.Contains("0x1209", says, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("0xF00D", says, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("0x0203", says, StringComparison.OrdinalIgnoreCase);
        await File.WriteAllBytesAsync(path, new DfuSeFile([new(0, "app", [new(0x0800_0000, Firmware(777))])], new(0x0483, 0xDF11, 0xFFFF, 0x011A)).Write(), TestContext.Current.CancellationToken);
        Assert.Contains("0x011A", await SuffixAsync("-c", path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task We_take_the_files_of_Debians_dfu_suffix()
    {
        using TempFolder folder = new();
        string path = Path.Combine(folder.Path, "theirs.dfu");
        byte[] firmware = Firmware(3001);
        await File.WriteAllBytesAsync(path, firmware, TestContext.Current.CancellationToken);
        await SuffixAsync("-v", "1209", "-p", "beef", "-d", "0102", "-a", path);
        byte[] file = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        DfuSuffix suffix = DfuSuffix.Read(file, path);
        Assert.Equal((0x1209, 0xBEEF, 0x0102), (suffix.Vendor, suffix.Product, suffix.Device));
        Assert.Equal(firmware, suffix.Strip(file));
    }

    private static byte[] Firmware(int length) => [.. Enumerable.Range(0, length).Select(static index => (byte)(index * 7 % 251))];

    private static async Task<string> SuffixAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dfu-suffix") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException("dfu-suffix is needed to judge our DFU files and is not installed. Run: apt-get install -y dfu-util", e);
        }
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            string said = await output + await errors;
            Assert.True(process.ExitCode == 0, said);
            return said;
        }
    }
}
