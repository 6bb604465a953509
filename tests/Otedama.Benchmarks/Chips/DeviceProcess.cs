using System.Diagnostics;
using System.Globalization;

namespace Otedama.Benchmarks;

/// <summary>A simulated chain in another process.</summary>
internal sealed class DeviceProcess : IDisposable
{
    private readonly Process _process;

    private DeviceProcess(Process process, string path) => (_process, Path) = (process, path);

    /// <summary>Of its port.</summary>
    public string Path { get; }

    public static async Task<DeviceProcess> StartAsync(string family, int chips)
    {
        string[] arguments = [typeof(DeviceProcess).Assembly.Location, "chips-device", family, chips.ToString(CultureInfo.InvariantCulture)];
        Process process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new DeviceProcess(process, (await process.StandardOutput.ReadLineAsync())!);
    }

    /// <summary>Ends it. What it saw of that kind: when, and which.</summary>
    public async Task<ILookup<string, (long At, string Which)>> EndAsync()
    {
        _process.StandardInput.Close();
        string said = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' '))
            .ToLookup(static words => words[0], static words => (long.Parse(words[1], CultureInfo.InvariantCulture), words[2]));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }
}
