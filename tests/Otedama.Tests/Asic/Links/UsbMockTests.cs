using System.Diagnostics;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// Starts <see cref="UsbMockedDeviceTests"/> as a program of its own to which umockdev shows one USB device, played by
/// tests/native/usb/usb_mock.c: our binding and the real libusb in a second, where a boot (UsbLaboratoryTests) takes one.
/// </summary>
public sealed class UsbMockTests
{
    private const string Wrapper = "/usr/bin/umockdev-wrapper";

    [Fact]
    public async Task The_binding_of_libusb_drives_a_device_that_is_played_below_it()
    {
        string mock = Path.Combine(Repository.Root, "build", "native-release", "tests", "usb", "otedama_usb_mock");
        Assert.SkipUnless(File.Exists(Wrapper), $"{Wrapper} is not there; Debian's package is umockdev");
        Assert.SkipUnless(File.Exists(mock), $"{mock} is not built; ./build.sh build makes it where libumockdev-dev is installed");
        string program = Environment.ProcessPath!;
        ProcessStartInfo start = new(Wrapper, [mock, program, Path.Combine(AppContext.BaseDirectory, "Otedama.Tests.dll"), "-noLogo", "-noColor",
            "-class", typeof(UsbMockedDeviceTests).FullName!])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[UsbMockedDeviceTests.Variable] = "1";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // its start waits for ever under that preload
        using Process process = Process.Start(start)!;
        Task<string> words = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
        string all = await words + await errors;
        Assert.True(process.ExitCode == 0, all);
        Assert.Contains("Failed: 0, Skipped: 0", all, StringComparison.Ordinal);
    }
}
