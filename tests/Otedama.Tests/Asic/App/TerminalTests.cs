using System.Diagnostics;
using System.Text;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>What a terminal gets from a program that was asked for no colour: text and line ends.</summary>
public sealed class TerminalTests
{
    [Theory]
    [InlineData("asic decode /nothing")]
    [InlineData("version")]
    public async Task Without_colour_nothing_but_text_reaches_a_terminal(string verb)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo terminals are made by Linux calls here");
        EchoDevice screen = new();
        using Pty pty = new(screen);
        string program = Path.Combine(AppContext.BaseDirectory, "otedama.dll");
        ProcessStartInfo start = new("/bin/sh", ["-c", $"exec dotnet '{program}' {verb} <{pty.Path} >{pty.Path} 2>&1"]);
        start.Environment["NO_COLOR"] = "1";
        start.Environment["TERM"] = "xterm";
        using Process run = Process.Start(start)!;
        await run.WaitForExitAsync().WaitAsync(Patience.Limit);
        pty.Settle();
        string seen = Encoding.UTF8.GetString(screen.Heard);
        Assert.Contains(verb[..4] == "asic" ? "cannot be read" : "otedama", seen, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', seen);
    }
}
