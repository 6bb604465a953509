using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Otedama.Tests.Ledgers;
using Otedama.Tests.Pool;
using Otedama.Tests.Templates;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>The program itself, with few files it may open and one thread that polls sockets.</summary>
public sealed class OpenFilesTests
{
    private const int FilesMax = 220;

    private static readonly TimeSpan s_patience = Patience.Limit;

    [Theory]
    [InlineData("sockets")]
    [InlineData("io_uring")]
    public async Task Miners_are_answered_while_the_process_can_open_no_more_files(string engine)
    {
        Assert.SkipUnless(engine == "sockets" || RingEngine.IsPossible(out _), "no io_uring here");
        Assert.SkipUnless(OperatingSystem.IsLinux(), "open files are counted in /proc, which only Linux has");
        string program = PublishedProgram.PathOrSkip(); // a program that compiles as it runs opens files for that, and dies when it may not
        using TempFolder directory = new();
        int port = FreePort.Next();
        ConcurrentBag<string> said = [];
        using Process pool = Start(program, directory.Path, port, FreePort.Next(), engine, said);
        List<Socket> silent = [];
        try
        {
            IPEndPoint endpoint = new(IPAddress.Loopback, port);
            using TestMiner miner = await ConnectAsync(endpoint, pool);
            await PingAsync(miner);
            for (int i = 0; i < FilesMax + 20; i++)
            {
                Socket one = new(SocketType.Stream, ProtocolType.Tcp);
                silent.Add(one);
                await one.ConnectAsync(endpoint);
            }
            await UntilFilesAsync(pool, said);
            await PingAsync(miner);
            await PingAsync(miner);
            Assert.Contains(said, line => line.Contains($"connections are served by {engine}", StringComparison.Ordinal));
        }
        finally
        {
            silent.ForEach(static one => one.Dispose());
            pool.Kill();
            await pool.WaitForExitAsync().WaitAsync(s_patience);
        }
    }

    private static Process Start(string program, string data, int port, int nodePort, string engine, ConcurrentBag<string> said)
    {
        ProcessStartInfo start = new("/bin/sh",
        [
            "-c", $"ulimit -n {FilesMax}; exec \"$0\" \"$@\"", program, "pool", "--set", $"data_dir={data}", "--set", $"pool.port={port}",
            "--set", $"node.port={nodePort}", "--set", "api.enabled=false", "--set", "metrics.enabled=false", "--set", "mining.enabled=false",
            "--set", $"pool.engine={engine}",
        ]);
        start.Environment["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1";
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        Process pool = Process.Start(start)!;
        pool.OutputDataReceived += (_, line) => said.Add(line.Data ?? "");
        pool.ErrorDataReceived += (_, line) => said.Add(line.Data ?? "");
        pool.BeginOutputReadLine();
        pool.BeginErrorReadLine();
        return pool;
    }

    private static async Task<TestMiner> ConnectAsync(IPEndPoint endpoint, Process pool)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                return await TestMiner.ConnectAsync(endpoint);
            }
            catch (SocketException) when (!pool.HasExited && Stopwatch.GetElapsedTime(began) < s_patience)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task PingAsync(TestMiner miner)
    {
        JsonElement reply = await miner.CallAsync("{\"id\":1,\"method\":\"mining.ping\"}");
        Assert.Equal("pong", reply.GetProperty("result").GetString());
    }

    private static async Task UntilFilesAsync(Process pool, ConcurrentBag<string> said)
    {
        long began = Stopwatch.GetTimestamp();
        int open = 0;
        while (open < FilesMax && Stopwatch.GetElapsedTime(began) < s_patience)
        {
            await Task.Delay(50);
            Assert.False(pool.HasExited, "the pool ended: " + string.Join('\n', said));
            open = Directory.GetFileSystemEntries($"/proc/{pool.Id}/fd").Length;
        }
        Assert.True(open >= FilesMax, $"{open} of {FilesMax} files are open"); // one may have been inherited from above the limit
    }
}
