using Shop.ServiceDefaults;
using Shop.Shipping;

return await ServiceHost.Run(args, ShippingService.Build);
