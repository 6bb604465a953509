using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Otedama.Tests;

/// <summary>How a test waits for what has to come.</summary>
internal static class Patience
{
    /// <summary>Only what never comes needs as long, on a machine ten times too busy.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(180);

    /// <summary>Looks every few milliseconds until the condition holds; fails after <see cref="Limit"/>.</summary>
    public static async Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            ThrowWhenOver(began, what);
            await Task.Delay(5);
        }
    }

    /// <summary>The same on this thread.</summary>
    public static void Until(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            ThrowWhenOver(began, what);
            Thread.Sleep(2);
        }
    }

    private static void ThrowWhenOver(long began, string what)
    {
        if (Stopwatch.GetElapsedTime(began) > Limit)
        {
            throw new TimeoutException($"waited {Limit.TotalSeconds:F0} s in vain for {what}");
        }
    }
}
