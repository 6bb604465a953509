namespace Otedama.Asic;

/// <summary>All kinds of images for loaders other than the ESP's.</summary>
public static class LoaderKinds
{
    public static IReadOnlyList<IImageKind> All { get; } =
        [new BmuKind(), new Uf2Kind(), new DfuSeKind(), new DfuKind(), new VendorPackageKind()];
}
