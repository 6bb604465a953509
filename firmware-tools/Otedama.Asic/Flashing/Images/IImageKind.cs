namespace Otedama.Asic;

/// <summary>
/// One form of firmware file. It knows no device: what a file is and whether it is whole, and for which hardware it
/// says it is. Pure; any thread.
/// </summary>
public interface IImageKind
{
    /// <summary>As it stands in reports: esp-app, esp-factory, antminer-bmu, uf2, dfu, dfuse.</summary>
    string Name { get; }

    /// <summary>
    /// Whether these bytes say they are of this kind. Only the marks that tell kinds apart are looked at: a damaged
    /// file of this kind is still claimed, so that the report says what is wrong with it.
    /// </summary>
    bool Claims(ReadOnlySpan<byte> file);

    /// <summary>
    /// Looks at all of it. Whatever the bytes hold, the answer is a report: findings name offset, value and what is
    /// allowed, and it never throws.
    /// </summary>
    ImageReport Inspect(ReadOnlyMemory<byte> file);
}
