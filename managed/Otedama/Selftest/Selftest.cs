namespace Otedama;

/// <summary>
/// Runs every check of this binary on this machine. A check returns null or what is wrong; it may throw.
/// </summary>
internal static class Selftest
{
    public static SelftestAnswer Run()
    {
        if (OpenSslCheck.Problem() is { } problem)
        {
            return new SelftestAnswer(1, 0, 1, [new SelftestRow("libssl", problem)]);
        }
        List<SelftestRow> rows = [];
        foreach ((string name, Func<string?> check) in Checks())
        {
            rows.Add(new SelftestRow(name, Guarded(check)));
        }
        int failed = rows.Count(static r => r.Problem is not null);
        return new SelftestAnswer(1, rows.Count - failed, failed, rows);
    }

    private static IEnumerable<(string Name, Func<string?> Check)> Checks() =>
    [
        .. CryptoChecks.All(),
        .. ConfigurationChecks.All(),
        .. StoreChecks.All(),
        .. FileChecks.All(),
        .. NativeChecks.All(),
    ];

    internal static string? Guarded(Func<string?> check)
    {
        try
        {
            return check();
        }
        catch (Exception e)
        {
            // Whatever it is, it is the finding of this row and the other rows still run.
            return $"{e.GetType().Name}: {e.Message}";
        }
    }
}
