namespace Otedama.Asic;

/// <summary>What ImageInspector is given for ESP32-S3 controllers.</summary>
public static class EspKinds
{
    public static IReadOnlyList<IImageKind> All { get; } = [new EspFactoryKind(), new EspAppKind()];
}
