namespace Otedama.Tests.Ledgers;

/// <summary>A directory of a test's own, gone afterwards.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("otd-ledger-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
