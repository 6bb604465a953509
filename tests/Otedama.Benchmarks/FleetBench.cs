using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Otedama.Asic;

namespace Otedama.Benchmarks;

/// <summary>
/// What watching a fleet costs: so many simulated Bitaxes in another process, each at an address of its own of 127/8, asked
/// through the real driver every 10 seconds, with history and alarms. Prints processor time a second and memory of the
/// watching process alone.
/// </summary>
internal static class FleetBench
{
    private const string Info =
        """
        "power":18.2,"voltage":5108,"current":3560,"temp":57.2,"temp2":58.1,"vrTemp":61,"maxPower":40,"nominalVoltage":5,"hashRate":1203.4,
        "hashRate_1m":1201.9,"hashRate_10m":1199.2,"hashRate_1h":1198.7,"expectedHashrate":1206,"errorPercentage":0.21,"bestDiff":"1.2G",
        "bestSessionDiff":"120M","poolDifficulty":1024,"isUsingFallbackStratum":0,"freeHeap":8400000,"coreVoltage":1150,"coreVoltageActual":1148,
        "frequency":525,"actualFrequency":525,"ssid":"mine","hostname":"gamma","ipv4":"192.0.2.7","wifiStatus":"Connected!","wifiRSSI":-51,
        "apEnabled":0,"sharesRejected":3,"sharesRejectedReasons":[{"message":"Above target","count":3}],"asicCount":1,"smallCoreCount":2040,
        "ASICModel":"BM1370","stratumURL":"pool.example","stratumPort":3333,"stratumUser":"bc1qowner.rig","fallbackStratumURL":"second.example",
        "fallbackStratumPort":3333,"fallbackStratumUser":"bc1qowner.rig","responseTime":32.1,"version":"v2.14.2","axeOSVersion":"v2.14.2",
        "idfVersion":"v5.5","boardVersion":"601","deviceModel":"Gamma","resetReason":"Software reset via esp_restart","runningPartition":"ota_0",
        "overheat_mode":0,"overclockEnabled":0,"autofanspeed":1,"fanspeed":52,"temptarget":60,"fanrpm":4100,"fan2rpm":0,"miningPaused":false,
        "hashrateMonitor":{"asics":[{"total":1203.4,"domains":[300.1,301.2,300.8,301.3],"errorCount":12}]},"blockHeight":960000
        """;

    /// <summary>The devices: answers until its input ends.</summary>
    public static async Task<int> DevicesAsync()
    {
        using TcpListener listener = new(IPAddress.Any, 0);
        listener.Start(4096);
        Console.Out.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
        _ = ServeAsync(listener);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    public static async Task<int> RunAsync(string devices, string seconds)
    {
        int count = int.Parse(devices, CultureInfo.InvariantCulture), time = int.Parse(seconds, CultureInfo.InvariantCulture);
        using Process child = Process.Start(new ProcessStartInfo("dotnet", [typeof(FleetBench).Assembly.Location, "fleet-devices"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        int port = int.Parse((await child.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        string folder = Directory.CreateTempSubdirectory("otedama-fleet-").FullName;
        using (FleetDrivers drivers = new(TimeProvider.System))
        {
            FleetWatch watch = new(new FleetWatchOptions { Folder = folder }, TimeProvider.System);
            using FleetPoller poller = new(watch, new FleetPollOptions { CrowdLeast = int.MaxValue }, TimeProvider.System);
            IFleetDriver driver = drivers.Find("axeos")!;
            for (int i = 0; i < count; i++)
            {
                FleetTarget target = new(new IPAddress([127, 1, (byte)(i / 250), (byte)((i % 250) + 1)])) { Ports = new FleetPorts { Web = port } };
                poller.Add(target.At(port), "bench", cancel => driver.ReadAsync(target, cancel));
            }
            await StepAsync(poller, watch, 20); // what is compiled and connected once is no cost of watching
            using Process self = Process.GetCurrentProcess();
            (TimeSpan before, long answers, long began) = (self.TotalProcessorTime, poller.Answers, Stopwatch.GetTimestamp());
            await StepAsync(poller, watch, time);
            double passed = Stopwatch.GetElapsedTime(began).TotalSeconds;
            self.Refresh();
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count} devices, {time} s: {(poller.Answers - answers) / passed:0.0} answers/s, {poller.Misses} misses, "
                + $"{100 * (self.TotalProcessorTime - before).TotalSeconds / passed:0.0} % of one core, {self.WorkingSet64 / 1048576.0:0} MiB resident; "
                + $"{watch.Snapshot().Devices.Count(static device => device.Reading is not null)} read, {watch.Snapshot().Devices.Sum(static device => device.Alarms.Count)} alarms"));
        }
        child.StandardInput.Close();
        await child.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task StepAsync(FleetPoller poller, FleetWatch watch, double seconds)
    {
        long began = Stopwatch.GetTimestamp(), looked = began;
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            TimeSpan pause = poller.Step();
            if (Stopwatch.GetElapsedTime(looked).TotalSeconds >= 5)
            {
                looked = Stopwatch.GetTimestamp();
                watch.Step();
                watch.TakeEvents();
            }
            await poller.WaitAsync(pause, CancellationToken.None);
        }
    }

    private static async Task ServeAsync(TcpListener listener)
    {
        while (true)
        {
            _ = AnswerAsync(await listener.AcceptTcpClientAsync());
        }
    }

    private static async Task AnswerAsync(TcpClient client)
    {
        byte[] request = new byte[4096];
        using (client)
        {
            try
            {
                byte[] address = ((IPEndPoint)client.Client.LocalEndPoint!).Address.GetAddressBytes();
                NetworkStream stream = client.GetStream();
                while (await stream.ReadAsync(request) > 0)
                {
                    long now = Environment.TickCount64;
                    string body = $"{{{Info},\"macAddr\":\"AA:BB:{address[0]:X2}:{address[1]:X2}:{address[2]:X2}:{address[3]:X2}\",\"uptimeSeconds\":{now / 1000},\"sharesAccepted\":{now / 4000}}}";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
                }
            }
            catch (IOException)
            {
                // The watcher closed it.
            }
        }
    }
}
